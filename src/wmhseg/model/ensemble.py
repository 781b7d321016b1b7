"""The ensemble: verified weights, loaded once, and the mean probability of all members."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from wmhseg.errors import ArgumentsError, WeightsError
from wmhseg.model.graph import Graph
from wmhseg.model.manifest import Manifest, Widths, verify
from wmhseg.model.precision import used_precision
from wmhseg.model.unet import build_unet, folded_weights, widths_of
from wmhseg.model.upsampling import split_weights
from wmhseg.model.weights_file import load_weights
from wmhseg.settings import Precision

Array = NDArray[np.float32]

# Sums of a few float32 probabilities are off by less.
ROUNDING = 1e-5


@dataclass(frozen=True)
class _Weights:
    """A member's weights as its graph takes them."""

    widths: Widths
    by_layer: dict[str, list[Array]]

    @classmethod
    def of(cls, weights: list[Array]) -> "_Weights":
        return cls(widths_of(weights), split_weights(weights))


class Ensemble:
    """Networks of one architecture whose probabilities are averaged (Li et al. 2018, section 3.3).

    Args:
        manifest: Which files; each is verified before it is opened.
        precision: Arithmetic of the convolutions; "auto" takes bfloat16 where the processor (or
            a GPU) is faster with it, float32 elsewhere.

    Raises:
        WeightsError: A file is missing, changed, or does not fit the network.
    """

    def __init__(self, manifest: Manifest, precision: Precision = "auto") -> None:
        self.precision = used_precision(precision)
        self._name = manifest.name
        self._members = [_Weights.of(member) for member in load_members(manifest)]
        self._graphs: dict[tuple[tuple[int, int], Widths], Graph] = {}

    def predict(self, slices: Array, only_above: float | None = None) -> Array:
        """Return the mean probability.

        Args:
            slices: (N, Y, X, 2) FLAIR and T1, prepared with the manifest's recipe.
            only_above: Where only "mean above this, or not" is wanted: a slice in which no pixel can
                get above it any more, whatever the remaining members say, is not computed further,
                and its values are a lower bound of the mean.

        Returns:
            (N, Y, X) float32.

        Raises:
            WeightsError: A member computes NaN.
        """
        count = len(self._members)
        total = np.zeros(slices.shape[:3], np.float32)
        undecided = np.arange(len(slices))
        for done, weights in enumerate(self._members, start=1):
            total[undecided] += self._predict_one(weights, slices[undecided])
            if only_above is not None:
                highest = total[undecided].max(axis=(1, 2), initial=0) + (count - done)
                undecided = undecided[highest > count * only_above - ROUNDING]
        return total / np.float32(count)

    def predict_members(self, slices: Array) -> list[Array]:
        """Return each member's probability, (N, Y, X) float32."""
        return [self._predict_one(weights, slices) for weights in self._members]

    def _predict_one(self, weights: _Weights, slices: Array) -> Array:
        graph = self._graph((slices.shape[1], slices.shape[2]), weights.widths)
        graph.set_weights(weights.by_layer)
        try:
            return graph.predict(slices)[..., 0]
        except WeightsError as error:
            raise WeightsError(f"weights {self._name}: {error}") from None

    def _graph(self, size_yx: tuple[int, int], widths: Widths) -> Graph:
        """Build the network and its graph once per size and widths; members differ in their variables."""
        if (size_yx, widths) not in self._graphs:
            policy = "mixed_bfloat16" if self.precision == "bfloat16" else "float32"
            self._graphs[size_yx, widths] = Graph(size_yx, widths, policy)
        return self._graphs[size_yx, widths]


def load_members(manifest: Manifest, outputs: int = 1) -> list[list[Array]]:
    """Verify and read all members; batch normalisation is folded into the convolutions.

    Args:
        manifest: Which files.
        outputs: Probabilities per pixel; see `build_unet`.

    Returns:
        For each member kernel and bias of each of the 19 convolutions, in order.

    Raises:
        WeightsError: A file is missing, changed, does not fit the network, or holds NaN.
    """
    models: dict[tuple[bool, Widths], keras.Model] = {}
    members = []
    for member in manifest.members:
        verify(member)
        kind = member.batch_normalisation, member.widths
        if kind not in models:
            models[kind] = build_unet(batch_normalisation=kind[0], widths=kind[1], outputs=outputs)
        load_weights(models[kind], member.path)
        with np.errstate(all="ignore"):
            members.append(folded_weights(models[kind]))
        if not all(np.isfinite(values).all() for values in members[-1]):
            raise WeightsError(f"{member.path}: expected numbers, found NaN or infinite weights")
    return members


def gpu_missing() -> bool:
    """Tell whether this TensorFlow could use a GPU but finds none."""
    return bool(tf.test.is_built_with_cuda()) and not tf.config.list_physical_devices("GPU")


def use_threads(count: int) -> None:
    """Limit TensorFlow to `count` threads; to be called before anything is computed.

    Raises:
        ArgumentsError: Something was computed in this process, with another number.
    """
    if tf.config.threading.get_intra_op_parallelism_threads() == count:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        raise ArgumentsError(
            f"threads: expected to be set before anything is computed in this process, found {count} asked "
            "for later; start another process"
        ) from None
