#!/bin/sh
# as-output-owner COMMAND...: run by root, gives root up for the owner of /output (or of the folder OUTPUT_FOLDER, or
# of the nearest one above it that is there), so that results belong to whoever owns the folder they are in. Run by
# anybody else (docker run --user), or without the right to change user, it changes nothing.
set -eu
if [ "$(id -u)" = 0 ]; then
    folder=${OUTPUT_FOLDER:-/output}
    while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
    uid=$(stat -c %u "$folder") gid=$(stat -c %g "$folder")
    if setpriv --reuid "$uid" --regid "$gid" --clear-groups true 2>/dev/null; then
        exec setpriv --reuid "$uid" --regid "$gid" --clear-groups "$@"
    fi
fi
exec "$@"
