#!/bin/sh
# dciodvfy, a validator of DICOM files, for the tests of DICOM Segmentations: installs Debian's dicom3tools where there
# is none and this runs as root. Where it cannot be had, the test says so and is skipped.
set -eu

command -v dciodvfy >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "dicom3tools: no dciodvfy; its test of DICOM Segmentations will be skipped" >&2
    exit 0
fi
log=$(mktemp)
if { DEBIAN_FRONTEND=noninteractive apt-get update &&
     DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dicom3tools; } >"$log" 2>&1; then
    echo "dicom3tools: installed" >&2
else
    cat "$log" >&2
    echo "dicom3tools: cannot be installed; its test of DICOM Segmentations will be skipped" >&2
fi
rm -f "$log"
