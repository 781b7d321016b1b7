"""What a result gives to studies of groups: MNI space, and the T1 without its lesions."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from wmhseg.anatomy.structure import Structure
from wmhseg.errors import InputError
from wmhseg.imaging.fill import fill
from wmhseg.imaging.geometry import resample
from wmhseg.imaging.label_resampling import resample_labels
from wmhseg.io.volume import Volume, read_stored
from wmhseg.mni.to_mni import bring_to_mni
from wmhseg.segmentation.anatomist import Structures
from wmhseg.segmentation.measure import Measured
from wmhseg.segmentation.read_scan import Scan


def with_mni(measured: Measured, structures: Structures) -> Measured:
    """Return a result with its mask and probability in MNI space.

    Raises:
        BrainMaskError: There is too little brain.
        RegistrationError: The brain does not fit the template.
    """
    result = measured.result
    there = bring_to_mni(structures.volume, result.mask, result.probability)
    return replace(measured, mni=there, findings=replace(measured.findings, mni=there.findings))


def with_filled_t1(
    measured: Measured, structures: Structures, scan: Scan, t1: Path | Volume | None
) -> Measured:
    """Return a result with the T1 as it is stored, but for WMH, which are filled with white matter.

    Args:
        measured: The result.
        structures: Those of the head.
        scan: What was segmented.
        t1: File or folder of its T1, or what is stored there.

    Raises:
        InputError: There is no T1, it was left out, or it shows no white matter to fill with.
    """
    if t1 is None or scan.t1 is None:
        raise InputError(
            "T1: expected one that fits the FLAIR, to be filled at WMH, found none; give its file"
        )
    stored = t1 if isinstance(t1, Volume) else read_stored(t1)
    # Where registration put it; voxel by voxel, it is the stored one.
    grid = scan.t1.grid
    if stored.array.shape != scan.t1.array.shape:
        raise InputError(f"{t1}: expected the image that was segmented, found another; run it again")
    mask = measured.result.mask
    hole = resample(mask, grid).array >= 0.5
    white = resample_labels(_as_labels(structures.volume), grid) == Structure.WHITE_MATTER
    x, y, z = grid.spacing_mm
    filled = fill(stored.array, hole, white, (z, y, x))
    return replace(measured, filled_t1=Volume(filled, stored.grid))


def with_warnings(measured: Measured, warnings: Sequence[str]) -> Measured:
    """Return a result whose user should know more."""
    findings = measured.findings
    return replace(measured, findings=replace(findings, warnings=(*findings.warnings, *warnings)))


def _as_labels(structures: Volume) -> Volume:
    return Volume(structures.array.astype(np.int32), structures.grid)
