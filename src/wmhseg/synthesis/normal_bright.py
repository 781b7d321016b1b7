"""What is bright on FLAIR without being a lesion: rims, septum, haze, tracts, some cortex."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.tissues import DEEP_GREY, Tissue, is_any

# Pyramidal tract, right: MNI (z, y, x) in LPS mm, from peduncle to centrum semiovale.
_TRACT_MM = ((-12.0, 17.0, 13.0), (8.0, 17.0, 23.0), (26.0, 20.0, 24.0))


@dataclass(frozen=True)
class NormalBright:
    """One draw; brightness in robust SDs of the image.

    Attributes:
        rim_sd: Rim of the lateral ventricles.
        rim_mm: Its thickness (1/e), thinner than a band.
        septum_sd: The sheet between the ventricles.
        haze_sd: Wide, weak brightness behind the posterior horns and beside the bodies.
        patches_sd: Weak patches anywhere in white matter.
        tract_sd: Pyramidal tracts.
        cortex_sd: Insula, cingulum and medial temporal cortex.
        seed: Of the fields.
    """

    rim_sd: float
    rim_mm: float
    septum_sd: float
    haze_sd: float
    patches_sd: float
    tract_sd: float
    cortex_sd: float
    seed: int


def sample_normal_bright(rng: np.random.Generator) -> NormalBright:
    """Draw; each is absent in some heads."""

    def at_most(largest: float, chance: float) -> float:
        return float(rng.uniform(0, largest)) * bool(rng.random() < chance)

    return NormalBright(
        rim_sd=at_most(3.0, 0.9),
        rim_mm=float(rng.uniform(0.3, 1.0)),
        septum_sd=at_most(2.5, 0.7),
        haze_sd=at_most(1.0, 0.8),
        patches_sd=at_most(0.35, 0.7),
        tract_sd=at_most(0.9, 0.6),
        cortex_sd=at_most(0.6, 0.7),
        seed=int(rng.integers(2**31)),
    )


def normal_brightness(anatomy: Anatomy, parameters: NormalBright) -> NDArray[np.float32]:
    """Return what to add to a FLAIR in the anatomy's box (z, y, x), in robust SDs."""
    tissues, distance = anatomy.brain_tissues, anatomy.ventricle_mm
    z, y, x = anatomy.mni
    shape, seed = tissues.shape, parameters.seed
    white = is_any(tissues, (Tissue.WHITE, *DEEP_GREY))
    patchy = np.clip(0.7 + 0.5 * smooth_field(shape, 8.0, seed), 0, 1.5)
    # Thicker on the horns: the small caps of most healthy people.
    thickness = parameters.rim_mm * (1 + 0.7 * np.clip((np.abs(y - 4) - 26) / 10, 0, 1))
    bright = parameters.rim_sd * np.exp(-np.maximum(distance - 1, 0) / thickness) * patchy
    wide = np.clip(0.6 + 0.5 * smooth_field(shape, 14.0, seed + 1), 0, 1.3)
    behind = np.clip((y - 10) / 30, 0.25, 1)
    bright += parameters.haze_sd * np.exp(-np.maximum(distance - 1, 0) / 5) * wide * behind
    patches = np.clip(smooth_field(shape, 7.0, seed + 2) - 0.3, 0, 1.5)
    bright += parameters.patches_sd * patches
    # 3 mm wide, below the callosum.
    sheet = np.clip(2 - np.abs(x), 0, 1) * ((distance < 3) & (z > 0) & (z < 24))
    bright += parameters.septum_sd * sheet
    if parameters.tract_sd:
        bright += parameters.tract_sd * _tracts(anatomy.mni)
    bright *= white
    if parameters.cortex_sd:
        insula = (np.abs(x) > 28) & (np.abs(x) < 44) & (np.abs(y) < 24) & (np.abs(z) < 16)
        medial = (np.abs(x) < 12) & (z > 0) | ((z < -5) & (np.abs(x) < 36) & (np.abs(y - 10) < 30))
        cortex = is_any(tissues, (Tissue.CORTEX, Tissue.LIMBIC)) & (insula | medial)
        bright += parameters.cortex_sd * cortex * wide
    return np.asarray(bright, np.float32)


def _tracts(mni: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 on both pyramidal tracts, 0 from about 8 mm away (z, y, x)."""
    z, y, x = mni
    heights, ys, xs = zip(*_TRACT_MM, strict=True)
    away = (y - np.interp(z, heights, ys)) ** 2 + (np.abs(x) - np.interp(z, heights, xs)) ** 2
    return np.asarray(np.exp(-away / 18) * ((z > -20) & (z < 34)), np.float32)
