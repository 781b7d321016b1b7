#!/bin/sh
# Without arguments: a shell where there is a terminal (docker run -dit, -it), else the segmentation of /input.
# With arguments: they are the command; options alone are options of `segment`.
set -eu
if [ $# -eq 0 ] && [ -t 0 ]; then
    cat <<BANNER
$(wmhseg --version): white matter hyperintensity segmentation
  segment                              /input/pre, else orig, else /input: FLAIR.nii.gz (and T1.nii.gz) -> /output/result.nii.gz, result.json
  segment --help                       its options
  wmhseg segment --flair FILE --output FILE    any other file
From outside: docker exec CONTAINER segment
BANNER
    PS1='wmhseg:\w\$ ' HISTFILE='' exec as-output-owner bash --norc --noprofile
fi
case ${1:-} in
'' | -*) set -- segment "$@" ;;
esac
exec as-output-owner "$@"
