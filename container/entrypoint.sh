#!/bin/sh
# Without arguments: a shell where there is a terminal (docker run -dit, -it), else the segmentation of /input.
# With arguments: they are the command; options alone are options of `segment`, and a folder first is the data set of
# a BIDS App: BIDS_DIR OUT participant|group.
set -eu
if [ $# -eq 0 ] && [ -t 0 ]; then
    cat <<BANNER
$(wmhseg --version): white matter hyperintensity segmentation
  segment                              /input/pre, else orig, else /input: FLAIR.nii.gz (and T1.nii.gz) -> /output/result.nii.gz, result.json
  segment --help                       its options
  wmhseg segment --flair FILE --output FILE    any other file
  wmhseg batch FOLDER OUT              many scans
  wmhseg bids BIDS_DIR OUT participant a BIDS data set
From outside: docker exec CONTAINER segment
BANNER
    PS1='wmhseg:\w\$ ' HISTFILE='' exec as-output-owner bash --norc --noprofile
fi
if [ -d "${1:-}" ]; then
    export OUTPUT_FOLDER="${2:-/output}"
    [ ! -d /weights ] || set -- "$@" --weights /weights
    set -- wmhseg bids "$@"
fi
case ${1:-} in
'' | -*) set -- segment "$@" ;;
esac
exec as-output-owner "$@"
