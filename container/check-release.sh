#!/bin/sh
# check-release.sh DIST: tries what release.sh made as a stranger would: checksums; the wheel in an empty environment,
# installed and run without a network; the image from its archive, offline, read-only, as another user. Both segment
# the sample case and have to agree, bit for bit.
set -eu
dist=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sample=$PWD/examples/sample
say() { echo "check-release: $*"; }

(cd "$dist" && sha256sum --quiet --check SHA256SUMS)
say "checksums agree"

# The network is used here, and not below: pip downloads what the wheel needs, at the pinned versions.
wheel=$(ls "$dist"/*.whl)
sed -n 's/^\([a-z0-9A-Z].*==.*[^\\ ]\) *\\$/\1/p' requirements.txt >"$work/pins.txt"
python3 -m pip download --quiet --disable-pip-version-check --only-binary :all: --dest "$work/wheels" \
    --constraint "$work/pins.txt" "$wheel"
python3 -m venv "$work/env"
# A user namespace makes it possible without being root.
offline="unshare --map-root-user --net env -i HOME=$work PATH=/usr/bin:/bin"
$offline "$work/env/bin/pip" --isolated install --quiet --disable-pip-version-check --no-index \
    --find-links "$work/wheels" "$work/wheels/$(basename "$wheel")"
cd "$work"
$offline "$work/env/bin/wmhseg" segment --flair "$sample/pre/FLAIR.nii.gz" --t1 "$sample/pre/T1.nii.gz" \
    --output "$work/wheel.nii.gz"
say "the wheel segments, installed and run without a network"

image=$(docker load --quiet --input "$dist"/*-image.tar.gz | sed -n 's/^Loaded image: //p')
mkdir -m 777 "$work/out"
chmod 755 "$work"
docker run --rm --network none --read-only --cap-drop ALL --security-opt no-new-privileges --user 4321:4321 \
    -v "$sample:/input:ro" -v "$work/out:/output" "$image"
say "the image $image segments, offline, read-only, as another user"

gzip -dc "$work/wheel.nii.gz" >"$work/wheel.nii"
gzip -dc "$work/out/result.nii.gz" | cmp - "$work/wheel.nii"
say "both masks are the same"
