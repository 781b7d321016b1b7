#!/bin/bash
# A table or folder of scans as a Slurm job array, without Snakemake: PARTS jobs, then one for the cohort's files.
#
#   JOB=$(sbatch --parsable --array=1-40 workflow/array.sh scans.tsv out 40)
#   sbatch --dependency=afterany:$JOB --wrap "wmhseg batch scans.tsv out --gather"
#
# The same again computes only what is missing; --array=3,17 runs those parts alone. Further arguments are options of
# wmhseg batch. WMHSEG is how it is called: export WMHSEG="apptainer exec wmhseg.sif wmhseg"
# A job that ends with 7 had scans that failed; out/NAME/error.txt says why.
#SBATCH --job-name=wmhseg
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --output=wmhseg-%A_%a.log
set -eu
scans=$1 out=$2 parts=$3
shift 3
# WMHSEG is a command of several words.
# shellcheck disable=SC2086
exec ${WMHSEG:-wmhseg} batch "$scans" "$out" --part "$SLURM_ARRAY_TASK_ID/$parts" \
    --threads "${SLURM_CPUS_PER_TASK:-2}" --workers 1 "$@"
