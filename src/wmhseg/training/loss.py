"""The Dice loss of Li et al. 2018, section 3.2.2."""

import keras
from keras import ops

SMOOTH = 1.0  # the paper's s


def dice_loss(truth: keras.KerasTensor, probability: keras.KerasTensor) -> keras.KerasTensor:
    """Return 1 - (2 * sum(g * p) + s) / (sum(g) + sum(p) + s), s = 1, over the whole batch.

    Args:
        truth: (N, Y, X, 1), 0 or 1.
        probability: (N, Y, X, 1), 0 to 1.
    """
    truth = ops.cast(truth, "float32")
    probability = ops.cast(probability, "float32")
    overlap = ops.sum(truth * probability)
    return 1.0 - (2.0 * overlap + SMOOTH) / (ops.sum(truth) + ops.sum(probability) + SMOOTH)
