"""Whether a FLAIR and a T1 look as such: which tissue is bright, told by where and how compact it is.

White matter is the compact tissue and the brighter one in a T1, grey matter lies in thin bands and is the
brighter one in a FLAIR; fluid is dark in both. Numbers of real scans: docs/reference/report.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.box import box_around
from wmhseg.errors import InputError, RegistrationError
from wmhseg.imaging.blocks import Blocks, head_or_nothing, upper_slices
from wmhseg.imaging.geometry import resample, to_axial_lps
from wmhseg.imaging.head import core_mask, robust_scale
from wmhseg.io.volume import Grid, Volume

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Spacing = tuple[float, float, float]

_HEAD_PIXEL_MM, _PIXEL_MM, _SLICE_MM = 2.0, 1.0, 6.0
# Cortex is 2 to 4 mm thick, so little of it is left when this is taken off all around.
_BAND_MM = 3.0
_FLUID_EDGE_MM = 2.0
_FIELD_MM, _GRAIN_MM = 30.0, 5.0
# Of the deep head's median: tissue lies above, fluid below or, in a T2, far above.
_TISSUE, _DARK, _BRIGHT = 0.7, 0.6, 1.6
_FEWEST = 20

# Right pairs reach 0.48; copies of the FLAIR, also over another grid and back, lie above 0.79.
MOST_ALIKE = 0.7
# T1s of right pairs reach 0.49.
BRIGHTEST_T1_FLUID = 0.8
# Eleven real pairs lie above 1.9, 40 drawn ones above 0.2; exchanged, the real ones lie below -1.4.
EXCHANGED = -1.0


@dataclass(frozen=True)
class Contrast:
    """What is measured in the deep head; None where it cannot be.

    Attributes:
        flair_white: How much of the FLAIR's bright tissue is compact against its dark tissue (log ratio).
        flair_fluid: The FLAIR's signal in fluid; the deep head's median is 1.
        t1_fluid: The T1's.
        t1_white: Like `flair_white`, for what is brighter in the T1 than in the FLAIR.
        alike: Correlation of both images in tissue, slow changes and grain left out.
    """

    flair_white: float | None = None
    flair_fluid: float | None = None
    t1_fluid: float | None = None
    t1_white: float | None = None
    alike: float | None = None


def measure_contrast(flair: Array, t1: Array | None, spacing_zyx_mm: tuple[float, ...]) -> Contrast:
    """Measure how a FLAIR and a T1 look.

    Args:
        flair: FLAIR (Z, Y, X), axial, first slice lowest.
        t1: T1 on the same grid, or None.
        spacing_zyx_mm: Voxel size.
    """
    blocks = Blocks.of(spacing_zyx_mm, _PIXEL_MM, _SLICE_MM)
    spacing, images = blocks.spacing_zyx_mm, [blocks.coarse(flair)]
    if t1 is not None:
        images.append(blocks.coarse(t1))
    twos = Blocks.of(spacing, _HEAD_PIXEL_MM, 0.0)
    head = head_or_nothing(twos.coarse(images[0]), twos.spacing_zyx_mm)
    upper = upper_slices(head)
    head = head[upper]
    deep = twos.fine(core_mask(head, twos.spacing_zyx_mm[1:]))
    if not deep.any():
        return Contrast()
    images = [_relative(twos.whole(image)[upper], deep, twos.fine(head)) for image in images]
    box = (slice(None), *box_around(deep)[1:])
    images, deep = [image[box] for image in images], deep[box]
    fluid = _fluid(images, deep, spacing)
    tissue = deep & np.all([image > _TISSUE for image in images], axis=0)
    if np.count_nonzero(tissue) < _FEWEST:
        return Contrast(None, *fluid)
    even = [_standardised(image, tissue, spacing) for image in images]
    white = _compact_side(even[0], tissue, spacing)
    if t1 is None:
        return Contrast(white, *fluid)
    smooth = [_mean_around(image, tissue, spacing, _GRAIN_MM)[tissue] for image in even]
    alike = float(np.corrcoef(smooth)[0, 1]) if all(values.std() > 0 for values in smooth) else None
    return Contrast(white, *fluid, _compact_side(even[1] - even[0], tissue, spacing), alike)


def require_contrast(flair: Volume, t1: Volume) -> None:
    """Refuse a T1 that is none, and a pair that was exchanged.

    Args:
        flair: FLAIR on any grid.
        t1: T1 on any grid, where it belongs.

    Raises:
        RegistrationError: The T1 is the FLAIR again, or its fluid is bright.
        InputError: The FLAIR looks like a T1 and the T1 like a FLAIR.
    """
    axial = to_axial_lps(flair)[0]
    step = Blocks.of(axial.grid.spacing_mm[::-1], _PIXEL_MM, _SLICE_MM).step
    some = _every(axial, step)
    other = resample(t1, some.grid, outside=float(t1.array.min())).array
    found = measure_contrast(some.array, other, some.grid.spacing_mm[::-1])
    if found.alike is not None and found.alike > MOST_ALIKE:
        raise RegistrationError(
            f"T1: expected another contrast than the FLAIR's, found the FLAIR or a copy of it (correlation "
            f"{found.alike:.2f}, of a T1 at most {MOST_ALIKE}); give the T1"
        )
    if found.t1_fluid is not None and found.t1_fluid > BRIGHTEST_T1_FLUID:
        raise RegistrationError(
            f"T1: expected fluid darker than brain, found {found.t1_fluid:.2f} of brain's signal; is it a T2?"
        )
    if found.t1_white is not None and found.t1_white < EXCHANGED:
        raise InputError(
            "FLAIR: expected grey matter brighter than white matter, and the opposite in the T1, found both "
            f"the other way round ({found.t1_white:.1f}, if exchanged below {EXCHANGED}); exchange them"
        )


def _every(axial: Volume, step: int) -> Volume:
    (x, y, z), spacing = axial.grid.size_xyz, axial.grid.spacing_mm
    grid = Grid(
        (x, y, -(-z // step)),
        (spacing[0], spacing[1], spacing[2] * step),
        axial.grid.origin_mm,
        axial.grid.direction,
    )
    return Volume(np.ascontiguousarray(axial.array[::step]), grid)


def _relative(image: Array, deep: Mask, head: Mask) -> Array:
    """Return the image with air (or the least value) at 0 and the deep head's median at 1."""
    air = np.float32(image.min() if head.all() else np.median(image[~head]))
    median = np.median(image[deep]) - air
    return (image - air) / (median if median > 0 else np.float32(1))


def _fluid(images: list[Array], deep: Mask, spacing: Spacing) -> tuple[float | None, float | None]:
    """Return the FLAIR's and the T1's signal in fluid, each where the other image is dark.

    Without a T1 the FLAIR's mean where it stands out itself, dark or as bright as the fluid of a T2.
    """

    def compact(mask: Mask) -> Mask:
        return _eroded(deep & mask, spacing, _FLUID_EDGE_MM)

    flair_dark = compact(images[0] < _DARK)
    if len(images) == 1:
        return _level(images[0], flair_dark | compact(images[0] > _BRIGHT), np.mean), None
    t1_dark = compact(images[1] < _DARK)
    return _level(images[0], t1_dark, np.median), _level(images[1], flair_dark, np.median)


def _level(image: Array, where: Mask, average: Callable[[Array], np.floating]) -> float | None:
    return float(average(image[where])) if np.count_nonzero(where) >= _FEWEST else None


def _standardised(image: Array, tissue: Mask, spacing: Spacing) -> Array:
    """Return the image less its slow changes, in robust SD of tissue, clipped at 3."""
    around = _mean_around(image, tissue, spacing, _FIELD_MM)
    even = np.asarray(image / np.maximum(around, 1e-6), np.float32)
    centre, spread = robust_scale(even[tissue])
    return np.clip((even - centre) / max(spread, np.float32(1e-6)), -3, 3)


def _mean_around(image: Array, tissue: Mask, spacing: Spacing, width_mm: float) -> Array:
    """Return the mean of tissue in a square around each pixel."""
    size = (1, *(2 * int(width_mm / 2 / step) + 1 for step in spacing[1:]))
    share = ndimage.uniform_filter(tissue.astype(np.float32), size)
    total: Array = ndimage.uniform_filter(np.where(tissue, image, np.float32(0)), size)
    return total / np.maximum(share, 1e-6, dtype=np.float32)


def _compact_side(values: Array, tissue: Mask, spacing: Spacing) -> float:
    """Return the logarithm of how much of the higher half of tissue is compact, against the lower half."""
    middle = np.percentile(values[tissue], (10, 90)).mean()
    higher = values > middle
    above, below = (
        np.count_nonzero(_eroded(tissue & half, spacing, _BAND_MM)) + _FEWEST for half in (higher, ~higher)
    )
    return float(np.log(above / below))


def _eroded(mask: Mask, spacing: Spacing, margin_mm: float) -> Mask:
    """Return a mask less a margin within slices, in squares: many times faster than in circles."""
    size = (1, *(2 * max(1, round(margin_mm / step)) + 1 for step in spacing[1:]))
    return np.asarray(ndimage.minimum_filter(mask.astype(np.uint8), size, mode="constant") > 0)
