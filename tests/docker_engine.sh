#!/bin/sh
# A Docker engine and the image debian:bookworm-slim, for the container tests.
#   tests/docker_engine.sh start   use the running engine, else start the one that tests/tools.sh installs (as root);
#                                  then pull the base image or, without a registry, make it from Debian's packages
#   tests/docker_engine.sh stop    stop the engine, only if `start` started it
set -eu

BASE=debian:bookworm-slim
PIDFILE=/var/run/wmhseg-dockerd.pid
LOG=/var/log/wmhseg-dockerd.log
CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt

say() { echo "docker_engine: $*" >&2; }
fail() { say "$*"; exit 1; }
answers() { docker info >/dev/null 2>&1; }

start_engine() {
    [ "$(id -u)" = 0 ] || fail "no Docker engine answers; start one, or run this as root to have one started"
    command -v dockerd >/dev/null || fail "no Docker engine is installed; make tools installs one"
    # Where there is an init system, the package may be starting the engine itself.
    for _ in 1 2; do answers && return; sleep 1; done
    # Its own session and no inherited files: it outlives the caller and keeps no pipe of the caller's open.
    setsid dockerd --pidfile "$PIDFILE" </dev/null >"$LOG" 2>&1 &
    for _ in $(seq 60); do
        answers && { say "started dockerd, log in $LOG"; return; }
        sleep 1
    done
    tail -n 20 "$LOG" >&2
    fail "dockerd did not start"
}

# The same content as the registry's slim image: minimal packages, no documentation, no translations.
# It also holds the certificates this machine trusts, so that a build behind a proxy of one's own works.
make_base() {
    command -v mmdebstrap >/dev/null || fail "no mmdebstrap to make $BASE with; make tools installs it"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p /usr/local/share/ca-certificates
    mmdebstrap --quiet --variant=minbase --include=ca-certificates,usr-is-merged \
        --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --customize-hook="sync-in /usr/local/share/ca-certificates /usr/local/share/ca-certificates" \
        --customize-hook="upload $CA_BUNDLE $CA_BUNDLE" \
        --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/log/*.log "$1"/var/log/apt/*' \
        bookworm "$work/base.tar" 2>"$work/log" || { cat "$work/log" >&2; fail "mmdebstrap failed"; }
    docker import --change 'CMD ["bash"]' --message 'made from Debian packages' "$work/base.tar" "$BASE" >/dev/null
    say "made $BASE from Debian's packages"
}

case ${1:-} in
start)
    answers || start_engine
    docker image inspect "$BASE" >/dev/null 2>&1 ||
        timeout 300 docker pull --quiet "$BASE" >/dev/null 2>&1 ||
        make_base
    ;;
stop)
    [ ! -f "$PIDFILE" ] || kill "$(cat "$PIDFILE")"
    ;;
*) fail "usage: $0 start|stop" ;;
esac
