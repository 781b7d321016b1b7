"""What is bright on FLAIR without being drawn as a lesion: rims, haze, bands, septum, tracts, some cortex.

Rims, haze and bands are WMH where they stand out of white matter in the slices
(docs/reference/convention.md); `judge.py` decides that.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.optic_radiation import OpticBands, optic_brightness, sample_optic_bands
from wmhseg.synthesis.tissues import DEEP_GREY, Tissue, is_any

# Pyramidal tract, right: MNI (z, y, x) in LPS mm, from peduncle to centrum semiovale.
_TRACT_MM = ((-12.0, 17.0, 13.0), (8.0, 17.0, 23.0), (26.0, 20.0, 24.0))


@dataclass(frozen=True)
class NormalBright:
    """One draw; brightness in robust SDs of the image.

    Attributes:
        rim_sd: Rim of the lateral ventricles.
        rim_mm: Its thickness (1/e).
        cap: How much thicker it is on the horns, as a fraction.
        septum_sd: The sheet between the ventricles.
        haze_sd: Wide, weak brightness behind the posterior horns and beside the bodies.
        patches_sd: Weak patches anywhere in white matter.
        tract_sd: Pyramidal tracts.
        cortex_sd: Insula, cingulum and medial temporal cortex.
        optic: Bands along the optic radiation.
        seed: Of the fields.
    """

    rim_sd: float
    rim_mm: float
    cap: float
    septum_sd: float
    haze_sd: float
    patches_sd: float
    tract_sd: float
    cortex_sd: float
    optic: OpticBands
    seed: int


@dataclass(frozen=True)
class Brightness:
    """What to add to a FLAIR in the anatomy's box (z, y, x), in robust SDs.

    Attributes:
        total: All of it.
        judged: Rims, haze and bands: WMH where they stand out.
        septum: The septum, which nobody can tell from a rim everywhere.
    """

    total: NDArray[np.float32]
    judged: NDArray[np.float32]
    septum: NDArray[np.float32]


def sample_normal_bright(rng: np.random.Generator) -> NormalBright:
    """Draw; each is absent in some heads. Rims are thin and faint in two of five, of any strength else."""

    def at_most(largest: float, chance: float) -> float:
        return float(rng.uniform(0, largest)) * bool(rng.random() < chance)

    any_rim = rng.random() < 0.6
    thick = float(np.exp(rng.uniform(*np.log((0.4, 2.5)))))
    return NormalBright(
        rim_sd=float(rng.uniform(0.5, 4.5)) if any_rim else at_most(3.0, 0.75),
        rim_mm=thick if any_rim else float(rng.uniform(0.3, 1.0)),
        cap=float(rng.uniform(0.3, 2.0)),
        septum_sd=at_most(2.5, 0.7),
        haze_sd=at_most(2.2, 1.0) if rng.random() < 0.2 else at_most(1.0, 0.8),
        patches_sd=at_most(0.35, 0.7),
        tract_sd=at_most(0.9, 0.6),
        cortex_sd=at_most(0.6, 0.7),
        optic=sample_optic_bands(rng),
        seed=int(rng.integers(2**31)),
    )


def fainter(parameters: NormalBright) -> NormalBright:
    """Return the draw with rims, haze and bands half as bright."""
    right, left = parameters.optic.sd
    return replace(
        parameters,
        rim_sd=parameters.rim_sd / 2,
        haze_sd=parameters.haze_sd / 2,
        optic=replace(parameters.optic, sd=(right / 2, left / 2)),
    )


def normal_brightness(anatomy: Anatomy, parameters: NormalBright) -> Brightness:
    """Return what to add to a FLAIR in the anatomy's box."""
    tissues, distance = anatomy.brain_tissues, anatomy.ventricle_mm
    z, y, x = anatomy.mni
    shape, seed = tissues.shape, parameters.seed
    white = is_any(tissues, (Tissue.WHITE, *DEEP_GREY))
    wide = np.clip(0.6 + 0.5 * smooth_field(shape, 14.0, seed + 1), 0, 1.3)
    judged = (_rims(anatomy, parameters, wide) + optic_brightness(anatomy.mni, parameters.optic)) * white
    patches = np.clip(smooth_field(shape, 7.0, seed + 2) - 0.3, 0, 1.5)
    others = parameters.patches_sd * patches
    # 3 mm wide, below the callosum.
    sheet = np.clip(2 - np.abs(x), 0, 1) * ((distance < 3) & (z > 0) & (z < 24))
    septum = parameters.septum_sd * sheet * white
    if parameters.tract_sd:
        others += parameters.tract_sd * _tracts(anatomy.mni)
    others *= white
    if parameters.cortex_sd:
        insula = (np.abs(x) > 28) & (np.abs(x) < 44) & (np.abs(y) < 24) & (np.abs(z) < 16)
        medial = (np.abs(x) < 12) & (z > 0) | ((z < -5) & (np.abs(x) < 36) & (np.abs(y - 10) < 30))
        cortex = is_any(tissues, (Tissue.CORTEX, Tissue.LIMBIC)) & (insula | medial)
        others += parameters.cortex_sd * cortex * wide
    total = judged + septum + others
    return Brightness(*(np.asarray(part, np.float32) for part in (total, judged, septum)))


def _rims(anatomy: Anatomy, parameters: NormalBright, wide: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rims, small caps and haze about the ventricles (z, y, x), not yet cut to white matter."""
    distance, y = anatomy.ventricle_mm, anatomy.mni[1]
    patchy = np.clip(0.7 + 0.5 * smooth_field(distance.shape, 8.0, parameters.seed), 0, 1.5)
    # Thicker on the horns: the small caps of most healthy people.
    horns = np.clip((np.abs(y - 4) - 26) / 10, 0, 1)
    thickness = parameters.rim_mm * (1 + parameters.cap * horns)
    rims = parameters.rim_sd * np.exp(-np.maximum(distance - 1, 0) / thickness) * patchy
    behind = np.clip((y - 10) / 30, 0.25, 1)
    haze = parameters.haze_sd * np.exp(-np.maximum(distance - 1, 0) / 5) * wide * behind
    return np.asarray(rims + haze, np.float32)


def _tracts(mni: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 on both pyramidal tracts, 0 from about 8 mm away (z, y, x)."""
    z, y, x = mni
    heights, ys, xs = zip(*_TRACT_MM, strict=True)
    away = (y - np.interp(z, heights, ys)) ** 2 + (np.abs(x) - np.interp(z, heights, xs)) ** 2
    return np.asarray(np.exp(-away / 18) * ((z > -20) & (z < 34)), np.float32)
