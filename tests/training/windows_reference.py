"""Windows cut and augmented one by one with SciPy, in double precision where SciPy computes in it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.datasets.slices import SliceSet
from wmhseg.training.batches import Batches, Draw
from wmhseg.training.config import TrainingConfig
from wmhseg.training.pool import Pool

CLIP = (-4.0, 6.0)


def one_of(draw: Draw, n: int) -> Draw:
    """Return the draw of one window."""
    return {name: values[n] for name, values in draw.items()}


def cut(array: NDArray[Any], place: NDArray[np.float32], patch: int, fill: float) -> NDArray[np.float32]:
    """Return a window (p, p) of one channel (rows, columns)."""
    matrix, centre = place[:, :2].astype(float), place[:, 2].astype(float)
    offset = centre - matrix @ np.full(2, (patch - 1) / 2)
    return ndimage.affine_transform(
        array.astype(np.float32), matrix, offset, (patch, patch), order=1, cval=fill, mode="constant"
    )


def window(
    images: NDArray[np.float16], labels: NDArray[np.uint8], draw: Draw, patch: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Return the images (p, p, 2) without noise, the truth (p, p), and where rounding decides about it."""
    source = images.astype(np.float32)
    shown = np.stack([cut(source[..., c], draw["place"], patch, source[..., c].min()) for c in (0, 1)], -1)
    unsure, wmh = (cut(labels == label, draw["place"], patch, 0.0) for label in (3, 1))
    truth = np.where(wmh >= 0.5, 1.0, np.where(unsure >= 0.5, -1.0, 0.0)).astype(np.float32)
    undecided = (abs(wmh - 0.5) < 1e-4) | (abs(unsure - 0.5) < 1e-4)
    if "contrast" in draw:
        shown = np.stack([intensity(shown[..., c], draw, c) for c in (0, 1)], axis=-1) * draw["kept"]
    return shown, truth, undecided


def intensity(image: NDArray[np.float32], draw: Draw, channel: int) -> NDArray[np.float32]:
    """Return one channel blurred, bent, stretched, shifted and clipped."""
    low, high = CLIP
    for axis in (0, 1):
        image = ndimage.correlate1d(image, draw["blur"][channel], axis, mode="reflect")
    power = float(draw["power"][channel])
    bent = np.clip((image - low) / (high - low), 0, 1) ** power - (-low / (high - low)) ** power
    return np.clip(bent * (high - low) * draw["contrast"][channel] + draw["brightness"][channel], low, high)


class Drawn:
    """What the device makes of each step's draw, as arrays."""

    def __init__(self, sets: list[SliceSet], config: TrainingConfig, epoch: int = 0) -> None:
        self.pool = Pool(config.patch, grows=False)
        self.pool.add(sets)
        self.draws = Batches(self.pool.cases, self.pool.size_yx, config, epoch)

    def __getitem__(self, step: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        (draw,) = self.draws[step]
        return self.of(draw)

    def of(self, draw: Draw) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return images (N, p, p, 2) and truth (N, p, p, 1)."""
        images, truth = self.pool.windows(draw)
        return np.asarray(images), np.asarray(truth)
