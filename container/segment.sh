#!/bin/sh
# segment [options of `wmhseg segment`]: the challenge's layout, /input/pre -> /output.
# Without a T1 the FLAIR is segmented alone, which the program says; an ensemble mounted at /weights replaces
# the image's own.
set -eu
t1=/input/pre/T1.nii.gz

[ ! -e "$t1" ] || set -- --t1 "$t1" "$@"
[ ! -d /weights ] || set -- --weights /weights "$@"
exec as-output-owner \
    wmhseg segment --flair /input/pre/FLAIR.nii.gz --output /output/result.nii.gz --report /output/result.json "$@"
