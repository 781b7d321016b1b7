#!/bin/sh
# as-output-owner COMMAND...: run by root, gives root up for the owner of /output, so that results belong to whoever
# owns the folder they are in. Run by anybody else (docker run --user), or without the right to change user, it
# changes nothing.
set -eu
if [ "$(id -u)" = 0 ]; then
    uid=$(stat -c %u /output) gid=$(stat -c %g /output)
    if setpriv --reuid "$uid" --regid "$gid" --clear-groups true 2>/dev/null; then
        exec setpriv --reuid "$uid" --regid "$gid" --clear-groups "$@"
    fi
fi
exec "$@"
