"""One scan's results in MNI space."""

from dataclasses import dataclass

import numpy as np

from wmhseg.anatomy.structure import BRAIN
from wmhseg.errors import BrainMaskError, RegistrationError
from wmhseg.imaging.deformable import Warp, warp_to
from wmhseg.imaging.geometry import resample
from wmhseg.io.volume import Volume
from wmhseg.mni.composite import of_structures
from wmhseg.mni.template import GRID, SPACE, Template, read_template

# Halfway between CSF and grey matter in the template's shades.
_BRAIN_SHADE = 0.44
# Below, what is registered is no whole brain; see docs/use/mni.md.
LEAST_DICE = 0.85
_LEAST_BRAIN_ML = 300.0
# Half a brain is stretched until it fits. Nine whole ones: 0.79 to 1.02, at most 1.15 times apart.
_SCALES, _MOST_UNEVEN = (0.65, 1.4), 1.4


@dataclass(frozen=True)
class MniFindings:
    """What the report says about a scan in MNI space.

    Attributes:
        space: The template's name in BIDS.
        volume_ml: WMH there, where brains are as large as the template's.
        brain_dice: Of the scan's brain there and the template's.
        folded_percent: Share of the template's brain where the shift folds.
    """

    space: str
    volume_ml: float
    brain_dice: float
    folded_percent: float


@dataclass(frozen=True)
class InMni:
    """A scan's results on the template's grid at 1 mm.

    Attributes:
        mask: WMH, uint8 0/1: where the mask, interpolated linearly, is at least 0.5.
        probability: Mean probability, float32.
        findings: For the report.
    """

    mask: Volume
    probability: Volume
    findings: MniFindings


def bring_to_mni(structures: Volume, mask: Volume, probability: Volume) -> InMni:
    """Register a head to the template by its structures, and bring its results there.

    Args:
        structures: Values of `Structure`, on any grid.
        mask: WMH, 0/1, on any grid of the same head.
        probability: Mean probability, likewise.

    Raises:
        BrainMaskError: There is too little brain.
        RegistrationError: The brain does not fit the template.
    """
    brain = Volume(np.isin(structures.array, BRAIN).astype(np.float32), structures.grid)
    found_ml = float(brain.array.sum()) * structures.grid.voxel_volume_mm3 / 1000
    if found_ml < _LEAST_BRAIN_ML:
        raise BrainMaskError(
            f"FLAIR: expected {_LEAST_BRAIN_ML:.0f} ml or more of brain to bring to MNI space, "
            f"found {found_ml:.0f}; look at the image"
        )
    template = read_template()
    warp = warp_to(template.shades, of_structures(structures))
    _require_whole(warp.scales)
    dice = _brain_dice(warp, brain, template)
    if dice < LEAST_DICE:
        raise RegistrationError(
            f"FLAIR: expected a brain that fits the MNI template, found a Dice of {dice:.2f} "
            f"(at least {LEAST_DICE}); check that the scan shows the whole brain"
        )
    moved = warp.bring(Volume(mask.array.astype(np.float32), mask.grid), GRID)
    there = Volume((moved.array >= 0.5).astype(np.uint8), GRID)
    volume_ml = int(there.array.sum()) * GRID.voxel_volume_mm3 / 1000
    findings = MniFindings(
        SPACE, round(volume_ml, 4), round(dice, 4), round(_folded_percent(warp, template), 4)
    )
    return InMni(there, warp.bring(probability, GRID), findings)


def _require_whole(scales: tuple[float, float]) -> None:
    least, most = scales
    if least < _SCALES[0] or most > _SCALES[1] or most > _MOST_UNEVEN * least:
        raise RegistrationError(
            f"FLAIR: expected a brain of the MNI template's shape, found one {least:.2f} to {most:.2f} times "
            f"as long in its directions ({_SCALES[0]} to {_SCALES[1]}, at most {_MOST_UNEVEN} times apart); "
            "check that the scan shows the whole brain"
        )


def _brain_dice(warp: Warp, brain: Volume, template: Template) -> float:
    found = warp.bring(brain, template.shades.grid).array >= 0.5
    expected = template.shades.array > _BRAIN_SHADE
    return 2 * int((found & expected).sum()) / (int(found.sum()) + int(expected.sum()))


def _folded_percent(warp: Warp, template: Template) -> float:
    inside = resample(template.shades, warp.expansion.grid).array > _BRAIN_SHADE
    return 100 * float((warp.expansion.array[inside] <= 0).mean())
