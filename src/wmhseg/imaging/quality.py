"""Quality flags: what about a scan may make its result wrong.

The limits stand on eleven real pairs (table: docs/reference/report.md): seven thick-slice whole heads and two
skull-stripped 1 mm scans that the weights were trained on, two fat-suppressed whole heads they were not.
All is measured on about 2 mm pixels, where it takes a fraction of a second.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.errors import BrainMaskError
from wmhseg.imaging.alignment import offset_mm
from wmhseg.imaging.blocks import Blocks, head_or_nothing, upper_slices
from wmhseg.imaging.contrast import measure_contrast
from wmhseg.imaging.head import core_mask, head_mask, robust_scale

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

COARSE_PIXEL_MM = 2.0
COARSE_SLICE_MM = 3.0
REACH_MM = 12.0
AIR_GAP_MM = 8.0
MIN_AIR_PIXELS = 500

# Percentiles of the deep FLAIR, less the median and in robust SD: lowest and highest of the eleven.
PERCENTILES = (5, 25, 75, 95)
SEEN_LOW = np.array([-3.86, -1.23, 0.48, 1.44])
SEEN_HIGH = np.array([-2.37, -0.62, 0.74, 3.01])


@dataclass(frozen=True)
class Check:
    """One measurement and the range it should lie in.

    Attributes:
        name: What flags and columns are called.
        value: The measurement; None where it cannot be made (such as a T1's offset without a T1).
        low: Smallest value that is no reason for a flag; None: no limit.
        high: Largest one.
        explanation: One line: what is measured, and what a flag means.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    explanation: str

    @property
    def raised(self) -> bool:
        """Tell whether the value lies outside its limits."""
        if self.value is None:
            return False
        too_low = self.low is not None and self.value < self.low
        return too_low or (self.high is not None and self.value > self.high)


@dataclass(frozen=True)
class _Limit:
    low: float | None
    high: float | None
    explanation: str


LIMITS = {
    "slice_spacing_mm": _Limit(
        None, 6.0, "distance between slices; above 6 mm small lesions are missed and volumes are coarse"
    ),
    "top_cut": _Limit(
        None,
        0.4,
        "deep head in the topmost slice, as a share of the largest slice; more: the brain is cut off",
    ),
    "coverage_mm": _Limit(100.0, None, "height of the head that the slices cover; less: brain is missing"),
    "side_cut_mm": _Limit(
        None, 80.0, "longest straight side of the head; more: cut off by the field of view, or emptied"
    ),
    "head_ml": _Limit(
        800.0, 5600.0, "volume of the head (or stripped brain) as found; outside: its outline is doubtful"
    ),
    "contrast": _Limit(
        None, 0.3, "how far the FLAIR's intensity percentiles lie outside those of known scans, in robust SD"
    ),
    "noise": _Limit(None, 0.55, "noise in the deep FLAIR, in robust SD of its intensities"),
    "ghosts": _Limit(
        None, 0.04, "air before and behind the head against air beside it, of the head's signal; more: motion"
    ),
    "white": _Limit(
        None, 2.0, "how compact bright tissue is in the FLAIR against dark tissue (log ratio); more: a T1?"
    ),
    "fluid": _Limit(None, 0.7, "the FLAIR's signal in fluid, of the deep head's; more: a T2 or PD?"),
    "t1_missing": _Limit(None, 0.0, "1 when FLAIR alone was used: fewer lesions are found"),
    "t1_shared": _Limit(0.87, None, "share of the FLAIR's deep head that the T1 shows"),
    "t1_offset_mm": _Limit(None, 2.5, "how far the T1 would have to move to fit the FLAIR best"),
    "t1_white": _Limit(
        0.0,
        None,
        "how compact tissue is that the T1 shows brighter (log ratio); less: exchanged with the FLAIR?",
    ),
    "t1_fluid": _Limit(None, 0.7, "the T1's signal in fluid, of the deep head's; more: another contrast?"),
}


def check_scan(flair: Array, t1: Array | None, spacing_zyx_mm: tuple[float, ...]) -> tuple[Check, ...]:
    """Measure everything in `LIMITS`, in its order.

    Args:
        flair: FLAIR (Z, Y, X), axial, first slice lowest.
        t1: T1 on the same grid, or None.
        spacing_zyx_mm: Voxel size.
    """
    values: dict[str, float | None] = dict.fromkeys(LIMITS)
    values["slice_spacing_mm"] = spacing_zyx_mm[0]
    values["t1_missing"] = float(t1 is None)
    blocks = Blocks.of(spacing_zyx_mm, COARSE_PIXEL_MM, COARSE_SLICE_MM)
    coarse, spacing = blocks.coarse(flair), blocks.spacing_zyx_mm
    head = head_or_nothing(coarse, spacing)
    core = core_mask(head, spacing[1:])
    values["head_ml"] = float(np.count_nonzero(head) * np.prod(spacing) / 1000)
    if core.any():
        values |= _field_of_view(head, core, spacing)
        values["ghosts"] = _ghosts(coarse, head, core, spacing)
        values |= _intensities(coarse, core, blocks.whole(flair), blocks.fine(core))
        contrast = measure_contrast(flair, t1, spacing_zyx_mm)
        values |= {"white": contrast.flair_white, "fluid": contrast.flair_fluid}
        values |= {"t1_white": contrast.t1_white, "t1_fluid": contrast.t1_fluid}
        if t1 is not None:
            values |= _t1(coarse, blocks.coarse(t1), core, spacing)
    return tuple(
        Check(
            name,
            None if value is None else round(value, 4),
            LIMITS[name].low,
            LIMITS[name].high,
            LIMITS[name].explanation,
        )
        for name, value in values.items()
    )


def deep_intensities(flair: Array, spacing_zyx_mm: tuple[float, ...]) -> Array:
    """Return FLAIR intensities (N,) more than 16 mm inside the head, of slices about 3 mm apart.

    None where no head is found.
    """
    blocks = Blocks.of(spacing_zyx_mm, COARSE_PIXEL_MM, COARSE_SLICE_MM)
    head = head_or_nothing(blocks.coarse(flair), blocks.spacing_zyx_mm)
    return blocks.whole(flair)[blocks.fine(core_mask(head, blocks.spacing_zyx_mm[1:]))]


def _field_of_view(head: Mask, core: Mask, spacing: tuple[float, float, float]) -> dict[str, float | None]:
    slices = np.flatnonzero(head.any(axis=(1, 2)))
    deep = core.sum(axis=(1, 2))
    upper = head[upper_slices(head)]
    y, x = np.flatnonzero(upper.any(axis=(0, 2))), np.flatnonzero(upper.any(axis=(0, 1)))
    edges = [upper[:, edge].sum(axis=1).max() * spacing[2] for edge in (y[0], y[-1])]
    edges += [upper[:, :, edge].sum(axis=1).max() * spacing[1] for edge in (x[0], x[-1])]
    return {
        "top_cut": float(deep[-1] / deep.max()),
        "coverage_mm": float((slices[-1] - slices[0] + 1) * spacing[0]),
        "side_cut_mm": float(max(edges)),
    }


def _intensities(coarse: Array, core: Mask, fine: Array, fine_core: Mask) -> dict[str, float | None]:
    centre, spread = robust_scale(coarse[core])
    if not spread > 0:
        return {}
    found = (np.percentile(coarse[core], PERCENTILES) - centre) / spread
    outside = np.maximum(SEEN_LOW - found, 0) + np.maximum(found - SEEN_HIGH, 0)
    return {"contrast": float(outside.sum()), "noise": _noise(fine, fine_core) / float(spread)}


def _noise(image: Array, inside: Mask) -> float:
    """Return the noise's SD: a Laplacian that edges hardly pass, robustly (Immerkaer 1996)."""
    kernel = np.outer([1, -2, 1], [1, -2, 1])[np.newaxis].astype(np.float32)
    # The kernel multiplies the SD of white noise by 6.
    return float(robust_scale(ndimage.convolve(image, kernel)[inside])[1]) / 6


def _ghosts(flair: Array, head: Mask, core: Mask, spacing: tuple[float, float, float]) -> float | None:
    """Return the ghosting ratio (American College of Radiology), None where there is no air to see it in.

    Ghosts lie along the direction of phase encoding: before and behind the head, or beside it.
    """
    gap_y, gap_x = (round(AIR_GAP_MM / size) for size in spacing[1:])
    deep = core.sum(axis=(1, 2))
    large = deep > 0.2 * deep.max()
    before_behind, beside = [], []
    for image, mask in zip(flair[large], head[large], strict=True):
        y, x = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        rows, columns = slice(y[0], y[-1] + 1), slice(x[0], x[-1] + 1)
        before_behind += [image[: max(y[0] - gap_y, 0), columns], image[y[-1] + 1 + gap_y :, columns]]
        beside += [image[rows, : max(x[0] - gap_x, 0)], image[rows, x[-1] + 1 + gap_x :]]
    one, other = (np.concatenate([part.ravel() for part in parts]) for parts in (before_behind, beside))
    if min(one.size, other.size) < MIN_AIR_PIXELS:
        return None
    signal = np.median(flair[core]) - np.median(np.concatenate([one, other]))
    return float(abs(one.mean() - other.mean()) / signal) if signal > 0 else None


def _t1(flair: Array, t1: Array, core: Mask, spacing: tuple[float, float, float]) -> dict[str, float | None]:
    try:
        shown = core & head_mask(t1, spacing[1:], "T1")
    except BrainMaskError:
        return {"t1_shared": 0.0}
    shared = float(np.count_nonzero(shown) / np.count_nonzero(core))
    if not shown.any():
        return {"t1_shared": shared}
    return {"t1_shared": shared, "t1_offset_mm": offset_mm(flair, t1, core, spacing, REACH_MM)}
