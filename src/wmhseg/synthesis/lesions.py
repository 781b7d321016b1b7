"""The lesions of a head: real, periventricular, punctate, confluent and vascular ones up to a wanted load."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.lesions import label_lesions
from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.blobs import Blobs, draw_blobs, sample_confluent, sample_punctate
from wmhseg.synthesis.heads import LesionMask
from wmhseg.synthesis.periventricular import (
    Periventricular,
    draw_periventricular,
    sample_periventricular,
)
from wmhseg.synthesis.real_lesions import RealLesions, move_lesions, sample_real_lesions
from wmhseg.synthesis.tissues import DEEP_GREY, Tissue, is_any
from wmhseg.synthesis.vascular import Vascular, draw_clouds, draw_dots, sample_vascular

LOAD_ML = (0.3, 80.0)
_MIN_VOXELS = 3
_MAX_GROWTH = 6


@dataclass(frozen=True)
class LesionParameters:
    """One draw.

    Attributes:
        load_ml: Wanted volume; 0 for none. What is drawn may be less where white matter ends.
        real: Real masks, moved.
        periventricular: Caps and bands.
        punctate: Small blobs.
        confluent: Large blobs.
        vascular: Clouds, and dots in deep grey matter and brainstem.
        deep: Lesions may lie in deep grey matter, brainstem and cerebellum too.
        weights: Chance of real, periventricular, punctate, confluent, clouded and dotted lesions to be
            kept first.
        seed: Of the order in which lesions are kept.
    """

    load_ml: float
    real: tuple[RealLesions, ...]
    periventricular: Periventricular
    punctate: Blobs
    confluent: Blobs
    vascular: Vascular
    deep: bool
    weights: tuple[float, ...]
    seed: int


def sample_lesions(rng: np.random.Generator, masks: list[LesionMask]) -> LesionParameters:
    """Draw lesions: none in 20 % of the heads, else log-uniform loads; masks of like load first."""
    load = float(np.exp(rng.uniform(*np.log(LOAD_ML)))) if rng.random() >= 0.2 else 0.0
    distance = np.abs(np.log(np.array([m.volume_ml for m in masks]) / max(load, LOAD_ML[0])))
    chance = np.exp(-np.maximum(distance, 0.3))
    number = min(len(masks), int(rng.integers(1, 4)))
    chosen = rng.choice(len(masks), number, replace=False, p=chance / chance.sum())
    weights = rng.uniform(0.05, 1, 6)
    vascular = sample_vascular(rng)
    dots = vascular.deep_grey.count + vascular.pons.count > 0
    return LesionParameters(
        load_ml=load,
        real=tuple(sample_real_lesions(rng, int(index)) for index in chosen),
        periventricular=sample_periventricular(rng),
        punctate=sample_punctate(rng),
        confluent=sample_confluent(rng),
        vascular=vascular,
        deep=bool(rng.random() < 0.5) or dots,
        weights=tuple(weights.tolist()),
        seed=int(rng.integers(2**31)),
    )


def allowed_tissue(tissues: NDArray[np.uint8], deep: bool) -> NDArray[np.bool_]:
    """Return where lesions may lie (Z, Y, X)."""
    deeper = (*DEEP_GREY, Tissue.BRAINSTEM, Tissue.CEREBELLAR_WHITE)
    return is_any(tissues, (Tissue.WHITE, *deeper) if deep else (Tissue.WHITE,))


def draw_lesions(
    anatomy: Anatomy, masks: list[LesionMask], parameters: LesionParameters
) -> NDArray[np.bool_]:
    """Return the lesions (z, y, x) in the anatomy's box."""
    allowed = allowed_tissue(anatomy.brain_tissues, parameters.deep)
    if not parameters.load_ml:
        return np.zeros(allowed.shape, bool)
    wanted = parameters.load_ml * 1000
    lesions, drawn = _candidates(anatomy, masks, parameters, allowed)
    kept = _keep(lesions, drawn, parameters, wanted)
    return _grow(kept, allowed, wanted)


def _candidates(
    anatomy: Anatomy, masks: list[LesionMask], parameters: LesionParameters, allowed: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], list[int]]:
    """Return numbered candidates and, for each, the kind it is of (index into the weights)."""
    real = np.zeros(allowed.shape, bool)
    for one in parameters.real:
        real |= move_lesions(masks[one.index], anatomy.mni, one)
    kinds = (
        real,
        draw_periventricular(anatomy, parameters.periventricular),
        draw_blobs(allowed, parameters.punctate),
        draw_blobs(allowed, parameters.confluent),
        draw_clouds(anatomy, parameters.vascular),
        draw_dots(anatomy.brain_tissues, parameters.vascular),
    )
    numbered = np.zeros(allowed.shape, np.int32)
    kind_of = [-1]
    for kind, mask in enumerate(kinds):
        labels, count = label_lesions(mask & allowed & (numbered == 0))
        numbered = np.where(labels > 0, labels + np.int32(len(kind_of) - 1), numbered)
        kind_of.extend([kind] * count)
    return numbered, kind_of


def _keep(
    numbered: NDArray[np.int32], kind_of: list[int], parameters: LesionParameters, wanted: float
) -> NDArray[np.bool_]:
    """Keep candidates in random order while they fit into the wanted number of voxels."""
    sizes = np.bincount(numbered.ravel(), minlength=len(kind_of))
    weights = np.array(parameters.weights)[kind_of]
    order = np.argsort(-(np.random.default_rng(parameters.seed).random(len(kind_of)) ** (1 / weights)))
    keep, total = np.zeros(len(kind_of), bool), 0
    for index in order:
        if index > 0 and _MIN_VOXELS <= sizes[index] <= wanted - total:
            keep[index] = True
            total += sizes[index]
    if not total and len(kind_of) > 1:
        # Nothing fits: the smallest real lesion there is, then.
        usable = np.where((sizes >= _MIN_VOXELS) & (np.arange(len(sizes)) > 0), sizes, sizes.max() + 1)
        keep[int(np.argmin(usable))] = True
    return keep[numbered]


def _grow(mask: NDArray[np.bool_], allowed: NDArray[np.bool_], wanted: float) -> NDArray[np.bool_]:
    """Grow all lesions within the allowed tissue, voxel layer by layer, while the load falls far short."""
    for _ in range(_MAX_GROWTH):
        if mask.sum() >= 0.7 * wanted:
            break
        grown = ndimage.binary_dilation(mask) & allowed
        if grown.sum() > 1.15 * wanted:
            break
        mask = grown
    return mask
