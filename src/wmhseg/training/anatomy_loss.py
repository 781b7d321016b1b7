"""The loss of the anatomy network: cross-entropy, and the Dice loss of every structure alike."""

import keras
from keras import ops

from wmhseg.training.loss import SMOOTH


def anatomy_loss(truth: keras.KerasTensor, probability: keras.KerasTensor) -> keras.KerasTensor:
    """Return the mean cross-entropy of a pixel (nats) plus 1 - the mean Dice of the classes.

    A class' Dice is (2 * sum(g * p) + s) / (sum(g) + sum(p) + s), s = 1, over the whole batch: so small
    structures count as much as large ones.

    Args:
        truth: (N, Y, X, classes), 1 in the pixel's class, 0 in the others.
        probability: (N, Y, X, classes), which sum to 1.
    """
    entropy = ops.mean(keras.losses.categorical_crossentropy(truth, probability))
    return entropy + 1.0 - mean_dice(truth, probability)


def mean_dice(truth: keras.KerasTensor, probability: keras.KerasTensor) -> keras.KerasTensor:
    """Return the mean Dice of the classes; see `anatomy_loss`."""
    places = (0, 1, 2)
    overlap = ops.sum(truth * probability, axis=places)
    total = ops.sum(truth, axis=places) + ops.sum(probability, axis=places)
    return ops.mean((2.0 * overlap + SMOOTH) / (total + SMOOTH))
