"""The Dice loss of Li et al. 2018, section 3.2.2, and cross-entropy beside it.

Where the truth is `UNSURE`, nobody judged: neither loss asks anything there.
"""

from collections.abc import Callable

import keras
from keras import ops

SMOOTH = 1.0  # the paper's s
UNSURE = -1.0

Loss = Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor]


def dice_loss(truth: keras.KerasTensor, probability: keras.KerasTensor) -> keras.KerasTensor:
    """Return 1 - (2 * sum(g * p) + s) / (sum(g) + sum(p) + s), s = 1, over the whole batch.

    Args:
        truth: (N, Y, X, 1), 0, 1 or UNSURE; the sums leave out what is unsure.
        probability: (N, Y, X, 1), 0 to 1.
    """
    truth = ops.cast(truth, "float32")
    probability = ops.cast(probability, "float32") * _known(truth)
    truth = ops.maximum(truth, 0.0)
    overlap = ops.sum(truth * probability)
    return 1.0 - (2.0 * overlap + SMOOTH) / (ops.sum(truth) + ops.sum(probability) + SMOOTH)


def make_loss(cross_entropy: float, lesion_free_weight: float = 1.0) -> Loss:
    """Return the Dice loss plus `cross_entropy` times the mean binary cross-entropy (in nats).

    The Dice loss alone drives probabilities to 0 and 1; cross-entropy keeps them graded. In windows
    without any lesion both count `lesion_free_weight` times: as one sum over the batch, the Dice loss
    hardly feels some bright rim called a lesion in a scan that has none.
    """
    if not cross_entropy and lesion_free_weight == 1.0:
        return dice_loss

    def weighted(truth: keras.KerasTensor, probability: keras.KerasTensor) -> keras.KerasTensor:
        free = ops.cast(ops.max(truth, axis=(1, 2, 3), keepdims=True) <= 0, "float32")
        weight = 1.0 + (lesion_free_weight - 1.0) * free
        # Nothing overlaps where there is no lesion, so the weight reaches the sum of p only.
        dice = dice_loss(truth, weight * probability)
        entropy = keras.losses.binary_crossentropy(ops.maximum(truth, 0.0), probability)
        return dice + cross_entropy * ops.mean((weight * _known(truth))[..., 0] * entropy)

    return weighted


def _known(truth: keras.KerasTensor) -> keras.KerasTensor:
    """Return 1 where somebody judged, 0 where the truth is unsure."""
    return ops.cast(truth >= 0, "float32")
