#!/bin/sh
# gpu.sh [options of gpu.py]: slices a second on this machine's graphics card; needs a network once, for the environment.
set -eu
cd "$(dirname "$0")/.."
environment=.venv-gpu
if [ ! -x $environment/bin/python ]; then
    python3 -m venv $environment
    $environment/bin/pip install --quiet --upgrade pip
    $environment/bin/pip install --quiet "jax[cuda12]" -e ".[cpu]"
fi
exec $environment/bin/python benchmarks/gpu.py "$@"
