#!/bin/sh
# What the tests use besides Python's packages, from Debian's or Ubuntu's (as root): a headless Chromium for the report
# page, dciodvfy for DICOM objects, and a Docker engine. Tests that find no such tool say so and are skipped.
set -eu

missing=
command -v chromium >/dev/null && command -v chromedriver >/dev/null ||
    missing="$missing chromium chromium-driver fonts-dejavu-core"
command -v dciodvfy >/dev/null || missing="$missing dicom3tools"
command -v docker >/dev/null && command -v dockerd >/dev/null || missing="$missing docker.io iptables"
command -v mmdebstrap >/dev/null || missing="$missing mmdebstrap"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "tools: run this as root on Debian or Ubuntu, or install$missing another way" >&2
    exit 1
fi
log=$(mktemp)
# shellcheck disable=SC2086 - a list of names
if ! { DEBIAN_FRONTEND=noninteractive apt-get update &&
       DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "tools: cannot install$missing" >&2
    exit 1
fi
rm -f "$log"
echo "tools: installed$missing" >&2
