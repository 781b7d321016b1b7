#!/bin/sh
# A headless browser for the test of the report page: installs Debian's chromium where there is none and this runs as
# root. Where it cannot be had, the test says so and is skipped.
set -eu

command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "browser: no chromium; the report page's browser test will be skipped" >&2
    exit 0
fi
log=$(mktemp)
if { DEBIAN_FRONTEND=noninteractive apt-get update &&
     DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
         chromium chromium-driver fonts-dejavu-core; } >"$log" 2>&1; then
    echo "browser: installed chromium" >&2
else
    cat "$log" >&2
    echo "browser: cannot install chromium; the report page's browser test will be skipped" >&2
fi
rm -f "$log"
