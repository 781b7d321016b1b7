"""FLAIRs and T1s that are something else, and unusual ones that are right."""

import numpy as np
from image_files import (
    as_drawn,
    bright_fluid,
    changed,
    elsewhere,
    flair,
    no_mask,
    on_the_grid,
    pair,
    t1,
    without,
)
from kind import Kind

from wmhseg.io.volume import Volume

LEFT_OUT = "a copy of it .*; give the T1; T1 left out: segmenting with FLAIR alone$"
COPY = "segmented by FLAIR alone, with a warning"
HALF = "segmented and flagged"


def eight_bit(array: np.ndarray) -> np.ndarray:
    return np.clip(array * 0.9, 0, 255).astype(np.uint8)


# fmt: off
IMAGE_KINDS = (
    Kind("FLAIR and T1", "segmented", pair(flair, t1), 0, "", as_drawn),
    Kind(
        "FLAIR and T1 on different grids", "T1 registered",
        pair(flair, lambda: elsewhere().t1), 0, "", as_drawn,
    ),
    Kind(
        "FLAIR with negative values, T1 scaled to 0..1", "segmented",
        pair(changed(flair, lambda a: a - 60), changed(t1, lambda a: (a - a.min()) / np.ptp(a))), 0, "",
        as_drawn,
    ),
    Kind("T1 is the FLAIR itself", COPY, pair(flair, flair), 0, LEFT_OUT, as_drawn),
    Kind(
        "T1 is the FLAIR, rescaled", COPY,
        pair(flair, changed(flair, lambda a: a * 7 - 300)), 0, LEFT_OUT, as_drawn,
    ),
    Kind("T1 is the FLAIR in 8 bits", COPY, pair(flair, changed(flair, eight_bit)), 0, LEFT_OUT, as_drawn),
    Kind(
        "T1 is the FLAIR, through a gamma curve", COPY,
        pair(flair, changed(flair, lambda a: np.sqrt(np.maximum(a, 0)))), 0, LEFT_OUT, as_drawn,
    ),
    Kind(
        "T1 is the FLAIR on another grid", COPY,
        pair(flair, lambda: elsewhere().flair), 0, LEFT_OUT, as_drawn,
    ),
    Kind(
        "T1 is the FLAIR itself, with --require-t1", "refused",
        pair(flair, flair, "--require-t1"), 3, "T1.nii.gz: T1: expected another contrast than the FLAIR's",
        no_mask,
    ),
    Kind(
        "T1 whose fluid is bright (a T2)", "segmented by FLAIR alone, with a warning",
        pair(flair, changed(t1, bright_fluid)), 0, "expected fluid darker than brain.*; T1 left out",
        as_drawn,
    ),
    Kind(
        "T1 whose fluid is bright, with --require-t1", "refused",
        pair(flair, changed(t1, bright_fluid), "--require-t1"), 3, "T1.nii.gz: T1: expected fluid darker",
        no_mask,
    ),
    Kind(
        "FLAIR and T1 exchanged", "refused",
        pair(t1, flair), 3, r"FLAIR.nii.gz: FLAIR: expected grey matter brighter .*; exchange them$", no_mask,
    ),
    Kind(
        "FLAIR and T1 exchanged, on different grids", "refused",
        pair(t1, lambda: elsewhere().flair), 3, "; exchange them$", no_mask,
    ),
    Kind(
        "A T2 as FLAIR", "segmented and flagged",
        pair(changed(flair, bright_fluid), t1), 0, "quality flags: .*fluid [2-9]",
        on_the_grid, flagged=True,
    ),
    Kind(
        "A T2 as FLAIR, no T1", "segmented and flagged",
        pair(changed(flair, bright_fluid), None), 0, "quality flags: .*fluid [1-9]",
        on_the_grid, flagged=True,
    ),
    Kind(
        "Half a head, the other half empty: left", HALF,
        pair(changed(flair, without(2, slice(32))), None), 0, "quality flags: .*side_cut_mm",
        on_the_grid, flagged=True,
    ),
    Kind(
        "Half a head, the other half empty: front", HALF,
        pair(changed(flair, without(1, slice(36))), None), 0, "quality flags: .*side_cut_mm",
        on_the_grid, flagged=True,
    ),
    Kind(
        "Half a head, the other half empty: top", HALF,
        pair(changed(flair, without(0, slice(6, None))), None), 0, "quality flags: .*coverage_mm",
        on_the_grid, flagged=True,
    ),
    Kind(
        "Every second slice empty", HALF,
        pair(changed(flair, without(0, slice(0, None, 2))), None), 0, "quality flags: .*coverage_mm",
        on_the_grid, flagged=True,
    ),
    Kind(
        "FLAIR cut at its middle, left", HALF,
        pair(lambda: cut_left(flair()), None), 0, "quality flags: .*side_cut_mm",
        on_the_grid, flagged=True,
    ),
)
# fmt: on


def cut_left(volume: Volume) -> Volume:
    """Return the part of an axial volume from its middle on."""
    first = volume.grid.size_xyz[0] // 2
    (_, y, z), (x_mm, y_mm, z_mm) = volume.grid.size_xyz, volume.grid.origin_mm
    grid = type(volume.grid)(
        (volume.grid.size_xyz[0] - first, y, z),
        volume.grid.spacing_mm,
        (x_mm + first * volume.grid.spacing_mm[0], y_mm, z_mm),
        volume.grid.direction,
    )
    return Volume(np.ascontiguousarray(volume.array[:, :, first:]), grid)
