#!/bin/sh
# segment [options of `wmhseg segment`]: /input -> /output. Images are taken from /input/pre (the challenge's
# preprocessed ones), else /input/orig (unprocessed), else /input itself. Each is FLAIR.nii.gz, FLAIR.nii or a
# folder FLAIR with a DICOM series, and T1 likewise. Without a T1 the FLAIR is segmented alone, which the program
# says; an ensemble mounted at /weights replaces the image's own.
set -eu
input=${WMHSEG_INPUT:-/input} output=${WMHSEG_OUTPUT:-/output}

# find_image FOLDER NAME: prints the first of the forms that an image may have; fails when there is none.
find_image() {
    for form in "$1/$2.nii.gz" "$1/$2.nii" "$1/$2"; do
        [ ! -e "$form" ] || { printf '%s\n' "$form"; return 0; }
    done
    return 1
}

flair='' folder=$input/pre
for place in "$input/pre" "$input/orig" "$input"; do
    if flair=$(find_image "$place" FLAIR); then folder=$place; break; fi
done
# Where there is none, the program says so for the challenge's name.
[ -n "$flair" ] || flair=$input/pre/FLAIR.nii.gz

t1=$(find_image "$folder" T1) && set -- --t1 "$t1" "$@"
[ ! -d /weights ] || set -- --weights /weights "$@"
exec as-output-owner \
    wmhseg segment --flair "$flair" --output "$output/result.nii.gz" --report "$output/result.json" "$@"
