#!/bin/sh
# A stand-in for `docker`: notes its calls in $FAKE_DOCKER/calls, keeps "containers" as folders, and behaves in
# each as the name of the case's folder says: good, fails, silent, hangs, empty, small, broken, link, deep, two,
# refuses (docker run fails half-way), sticks (docker stop fails), starts-slowly.
set -eu
: "$FAKE_DOCKER"
printf '%s\n' "$*" >>"$FAKE_DOCKER/calls"
containers=$FAKE_DOCKER/containers
fail() { echo "$*" >&2; exit 1; }

case $1 in
image)
    [ "$5" != missing ] || fail "Error: No such image: $5"
    cat "$FAKE_DOCKER/identity"
    ;;
run)
    shift
    while [ $# -gt 1 ]; do
        case $1 in
        --name) name=$2 ;;
        *:/input/pre:ro) pre=${1%:/input/pre:ro} ;;
        *:/input/orig:ro) ls "${1%:/input/orig:ro}" >"$FAKE_DOCKER/orig" ;;
        esac
        shift
    done
    behaviour=$(basename "$(dirname "$pre")")
    [ "$behaviour" != starts-slowly ] || { touch "$FAKE_DOCKER/waiting"; sleep 2; }
    mkdir -p "$containers/$name/output"
    echo "$behaviour" >"$containers/$name/behaviour"
    echo "$pre" >"$containers/$name/pre"
    [ "$behaviour" != refuses ] || fail "docker: Error response: no such entrypoint"
    echo 0123456789abcdef
    ;;
exec)
    container=$containers/$2 behaviour=$(cat "$containers/$2/behaviour") output=$containers/$2/output
    pre=$(cat "$container/pre")
    if [ "$3" = cat ]; then
        [ -f "$FAKE_DOCKER/memory.peak" ] && [ "$4" = /sys/fs/cgroup/memory.peak ] || fail "cat: no such file"
        cat "$FAKE_DOCKER/memory.peak"
        exit
    fi
    [ "$behaviour" = silent ] || echo "$behaviour is being segmented"
    case $behaviour in
    fails) cp "$pre/FLAIR.nii.gz" "$output/result.nii.gz"; echo "wmhseg: error: no brain" >&2; exit 4 ;;
    silent) exit 5 ;;
    hangs) touch "$FAKE_DOCKER/waiting"; exec sleep 60 ;;
    empty) touch "$output/notes.txt" ;;
    small) cp "$FAKE_DOCKER/small.nii.gz" "$output/result.nii.gz" ;;
    broken) head -c 40 "$pre/FLAIR.nii.gz" >"$output/result.nii.gz" ;;
    link) ln -s "$pre/FLAIR.nii.gz" "$output/result.nii.gz" ;;
    deep) mkdir -p "$output/a/b"; cp "$pre/FLAIR.nii.gz" "$output/a/b/result.nii.gz" ;;
    two) mkdir -p "$output/a" "$output/b"; cp "$pre/FLAIR.nii.gz" "$output/a/result.nii.gz"
        cp "$pre/FLAIR.nii.gz" "$output/b/result.nii.gz" ;;
    *) cp "$pre/FLAIR.nii.gz" "$output/result.nii.gz" ;;
    esac
    ;;
cp) cp -RP "$containers/${2%:/output}/output" "$3" ;;
stats) echo '12.5MiB / 1GiB' ;;
stop) [ "$(cat "$containers/$2/behaviour")" != sticks ] || fail "Error: cannot stop" ;;
rm)
    [ -d "$containers/$4" ] || fail "Error response from daemon: No such container: $4"
    rm -r "$containers/$4"
    ;;
*) fail "unknown command $1" ;;
esac
