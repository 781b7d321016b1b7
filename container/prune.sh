#!/bin/sh
# prune.sh VENV: takes out of a virtual environment what running the program never needs, checks that everything
# still imports, and byte-compiles the rest, because the container's file system may be read-only.
set -eu
venv=$1
cd "$venv"/lib/python3*/site-packages

# Headers for compiling against TensorFlow and CUDA, libclang (for building TensorFlow), the packages' own tests;
# StableHLO, for exporting models; of LiteRT, what compiles models for and runs them on other chips than the processor.
rm -rf tensorflow/include clang nvidia/*/include tensorflow/compiler/mlir/stablehlo
rm -rf ai_edge_litert/aot ai_edge_litert/vendors ai_edge_litert/tools ai_edge_litert/libLiteRt*.so
find . -type d -name tests -prune -exec rm -rf {} +
# The static symbol tables of TensorFlow's libraries serve debuggers only (215 MB).
strip --strip-unneeded tensorflow/libtensorflow_*.so.* ai_edge_litert/*.so

# Hash-based .pyc files stay valid whatever file times the image ends up with.
python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash . >/dev/null || true
# Importing Keras also writes its settings file, here rather than in a user's home.
TF_CPP_MIN_LOG_LEVEL=2 "$venv"/bin/python -B -c 'import h5py, keras, numpy, PIL.Image, scipy.ndimage, SimpleITK, tensorflow
from ai_edge_litert import interpreter, schema_py_generated'
test -f "$KERAS_HOME/keras.json"
