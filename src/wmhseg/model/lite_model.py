"""The network as a model of LiteRT (TensorFlow Lite), made in memory from its weights."""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from wmhseg.model.architecture import CHANNELS, CONVOLUTIONS, LEVELS, require_size
from wmhseg.model.split_kernels import PHASES, UP, split_weights

Array = NDArray[np.float32]

_SCHEMA_VERSION, _IDENTIFIER = 3, b"TFL3"
_TYPES = {"f": schema.TensorType.FLOAT32, "i": schema.TensorType.INT32}
_RELU, _NONE = schema.ActivationFunctionType.RELU, schema.ActivationFunctionType.NONE
# By what their options are called.
_CODES = {
    "Conv2D": "CONV_2D",
    "Concatenation": "CONCATENATION",
    "DepthToSpace": "DEPTH_TO_SPACE",
    "Pool2D": "MAX_POOL_2D",
    "Add": "ADD",
    "Pad": "PAD",
    "StridedSlice": "STRIDED_SLICE",
    "Logistic": "LOGISTIC",
    "Softmax": "SOFTMAX",
}
_SAME, _VALID = schema.Padding.SAME, schema.Padding.VALID


def lite_model(weights: Sequence[Array], size_yx: tuple[int, int]) -> bytes:
    """Return a model of one slice (1, rows, columns, 2) to its probabilities (1, rows, columns, outputs).

    It computes what `build_unet` does; convolutions of doubled maps are computed before they are doubled
    (`split_kernels`).

    Args:
        weights: Kernel and bias of each of `CONVOLUTIONS`, in order.
        size_yx: Rows and columns.

    Raises:
        WeightsError: `size_yx` would align encoder and decoder differently from 200.
    """
    require_size(size_yx)
    graph, layers = _Graph(), split_weights(weights)
    x = image = graph.tensor((1, *size_yx, CHANNELS))
    skips = []
    for level in range(LEVELS):
        x = graph.halve(x) if level else x
        for part in "ab":
            x = graph.convolve(x, layers[f"enc{level}{part}"], _RELU)
        skips.append(x)
    for level in reversed(range(LEVELS - 1)):
        name = f"dec{level}a"
        doubled = graph.convolve_doubled(x, layers[name + UP][0])
        beside = graph.convolve(graph.crop(skips[level], graph.shape(doubled)[1:3]), layers[name])
        x = graph.convolve(graph.add(doubled, beside, _RELU), layers[f"dec{level}b"], _RELU)
    x = graph.pad(x, (size_yx[0] - graph.shape(x)[1]) // 2)
    score = graph.convolve(x, layers[CONVOLUTIONS[-1]])
    return graph.to_bytes(image, graph.probability(score))


class _Graph:
    """Operators and tensors so far; tensors are called by number, shapes are (1, rows, columns, channels)."""

    def __init__(self) -> None:
        self._buffers = [schema.BufferT()]  # that of tensors without values
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[int] = []

    def shape(self, tensor: int) -> tuple[int, ...]:
        return tuple(self._tensors[tensor].shape)

    def tensor(self, shape: Sequence[int], values: NDArray[Any] | None = None) -> int:
        made = schema.TensorT()
        made.shape, made.type, made.buffer = list(shape), schema.TensorType.FLOAT32, 0
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
            made.type, made.buffer = _TYPES[values.dtype.kind], len(self._buffers)
            self._buffers.append(buffer)
        self._tensors.append(made)
        return len(self._tensors) - 1

    def convolve(self, x: int, layer: Sequence[Array], activation: int = _NONE, padding: int = _SAME) -> int:
        """Convolve by a kernel (rows, columns, in, out) and add a bias."""
        kernel, bias = layer
        options = schema.Conv2DOptionsT()
        options.padding, options.fusedActivationFunction = padding, activation
        options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
        _, rows, columns, _ = self.shape(x)
        lost = kernel.shape[0] - 1 if padding == _VALID else 0
        # LiteRT has the channels out first.
        inputs = x, self._constant(kernel.transpose(3, 0, 1, 2)), self._constant(bias)
        return self._operate("Conv2D", inputs, (1, rows - lost, columns - lost, kernel.shape[3]), options)

    def convolve_doubled(self, x: int, kernels: Array) -> int:
        """Convolve what `x` is after doubling by the kernels of `split_kernel`."""
        _, rows, columns, _ = self.shape(x)
        width = kernels.shape[3] // len(PHASES)
        nothing = np.zeros(kernels.shape[3], np.float32)
        four = self.convolve(self.pad(x, 1), (kernels, nothing), padding=_VALID)
        parts = [
            self._cut(four, (0, row, column, number * width), (1, rows, columns, width))
            for number, (row, column) in enumerate(PHASES)
        ]
        joining = schema.ConcatenationOptionsT()
        joining.axis, joining.fusedActivationFunction = 3, _NONE
        joined = self._operate("Concatenation", parts, (1, rows, columns, len(PHASES) * width), joining)
        placing = schema.DepthToSpaceOptionsT()
        placing.blockSize = 2
        return self._operate("DepthToSpace", (joined,), (1, 2 * rows, 2 * columns, width), placing)

    def halve(self, x: int) -> int:
        options = schema.Pool2DOptionsT()
        options.padding, options.fusedActivationFunction = _VALID, _NONE
        options.strideH = options.strideW = options.filterHeight = options.filterWidth = 2
        _, rows, columns, channels = self.shape(x)
        return self._operate("Pool2D", (x,), (1, rows // 2, columns // 2, channels), options)

    def add(self, one: int, other: int, activation: int) -> int:
        options = schema.AddOptionsT()
        options.fusedActivationFunction = activation
        return self._operate("Add", (one, other), self.shape(one), options)

    def crop(self, x: int, size_yx: Sequence[int]) -> int:
        _, rows, columns, channels = self.shape(x)
        begin = (0, (rows - size_yx[0]) // 2, (columns - size_yx[1]) // 2, 0)
        return self._cut(x, begin, (1, *size_yx, channels))

    def pad(self, x: int, pixels: int) -> int:
        _, rows, columns, channels = self.shape(x)
        border = np.array([[0, 0], [pixels, pixels], [pixels, pixels], [0, 0]], np.int32)
        shape = (1, rows + 2 * pixels, columns + 2 * pixels, channels)
        return self._operate("Pad", (x, self._constant(border)), shape, schema.PadOptionsT())

    def probability(self, score: int) -> int:
        if self.shape(score)[-1] == 1:
            return self._operate("Logistic", (score,), self.shape(score))
        options = schema.SoftmaxOptionsT()
        options.beta = 1.0
        return self._operate("Softmax", (score,), self.shape(score), options)

    def to_bytes(self, given: int, wanted: int) -> bytes:
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self._tensors, self._operators
        graph.inputs, graph.outputs = [given], [wanted]
        model = schema.ModelT()
        model.version, model.subgraphs, model.buffers = _SCHEMA_VERSION, [graph], self._buffers
        model.operatorCodes = []
        for number in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = number
            code.version = 1
            model.operatorCodes.append(code)
        builder = flatbuffers.Builder(sum(_length(buffer) for buffer in self._buffers) + 2**16)
        builder.Finish(model.Pack(builder), _IDENTIFIER)
        return bytes(builder.Output())

    def _cut(self, x: int, begin: Sequence[int], shape: tuple[int, ...]) -> int:
        options = schema.StridedSliceOptionsT()
        ends = [first + length for first, length in zip(begin, shape, strict=True)]
        limits = (self._constant(np.array(values, np.int32)) for values in (begin, ends, [1] * 4))
        return self._operate("StridedSlice", (x, *limits), shape, options)

    def _constant(self, values: NDArray[Any]) -> int:
        return self.tensor(values.shape, values)

    def _operate(self, name: str, inputs: Sequence[int], shape: Sequence[int], options: Any = None) -> int:
        """Add an operator; `name` as in the schema's options."""
        number = getattr(schema.BuiltinOperator, _CODES[name])
        if number not in self._codes:
            self._codes.append(number)
        made, result = schema.OperatorT(), self.tensor(shape)
        made.opcodeIndex, made.inputs, made.outputs = self._codes.index(number), list(inputs), [result]
        if options is not None:
            made.builtinOptionsType = getattr(schema.BuiltinOptions, f"{name}Options")
            made.builtinOptions = options
        self._operators.append(made)
        return result


def _length(buffer: Any) -> int:
    return 0 if buffer.data is None else len(buffer.data)
