"""A synthetic case, from random numbers to FLAIR, T1 and reference mask."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.io.volume import Volume
from wmhseg.synthesis.acquisition import (
    Acquisition,
    build_sampling,
    label_slices,
    sample_acquisition,
    take_box,
    take_slices,
)
from wmhseg.synthesis.anatomy import Anatomy, AnatomyParameters, build_anatomy, sample_anatomy
from wmhseg.synthesis.core import find_core, robust_sd
from wmhseg.synthesis.heads import Head, LesionMask
from wmhseg.synthesis.interpolate import interpolate, interpolate_labels
from wmhseg.synthesis.judge import Slices, judge
from wmhseg.synthesis.lesions import LesionParameters, draw_lesions, sample_lesions
from wmhseg.synthesis.orientation import orient, sample_orientation
from wmhseg.synthesis.paint import Layers, PaintParameters, paint, sample_paint
from wmhseg.synthesis.pathology import PathologyParameters, draw_pathology, sample_pathology
from wmhseg.synthesis.scanner import Scanner, coil_sensitivity, sample_scanner, scan_slices, store
from wmhseg.synthesis.strip import Stripping, brain_slices, sample_stripping
from wmhseg.synthesis.structures import structure_slices

Array = NDArray[np.float32]

# White matter of neighbouring pixels differs by sqrt(2) times 0.09-0.27 robust SDs on FLAIR, 0.02-0.11 on T1.
FLAIR_NOISE = (0.025, 0.11)
T1_NOISE = (0.01, 0.06)


@dataclass(frozen=True)
class ScanParameters:
    """Everything random about a case."""

    anatomy: AnatomyParameters
    lesions: LesionParameters
    pathology: PathologyParameters
    paint: PaintParameters
    acquisition: Acquisition
    flair: Scanner
    t1: Scanner
    stripping: Stripping
    t1_turn_deg: float
    t1_missing: bool
    orientation: str


@dataclass(frozen=True)
class SyntheticScan:
    """A case as it would come from a hospital.

    Attributes:
        flair: FLAIR, float32, any scale.
        t1: T1 on the FLAIR's grid.
        truth: uint8: 1 = WMH, 2 = other pathology, 3 = unsure.
        structures: uint8, values of `Structure`: what fills most of a voxel.
        t1_missing: The T1 is to be left out.
    """

    flair: Volume
    t1: Volume
    truth: Volume
    structures: Volume
    t1_missing: bool


def sample_scan(rng: np.random.Generator, masks: list[LesionMask]) -> ScanParameters:
    """Draw a case."""
    return ScanParameters(
        anatomy=sample_anatomy(rng),
        lesions=sample_lesions(rng, masks),
        pathology=sample_pathology(rng),
        paint=sample_paint(rng),
        acquisition=sample_acquisition(rng),
        flair=sample_scanner(rng, FLAIR_NOISE),
        t1=sample_scanner(rng, T1_NOISE),
        stripping=sample_stripping(rng),
        t1_turn_deg=float(rng.normal(0, 0.7)) * bool(rng.random() < 0.4),
        t1_missing=bool(rng.random() < 0.05),
        orientation=sample_orientation(rng),
    )


def make_scan(head: Head, masks: list[LesionMask], parameters: ScanParameters) -> SyntheticScan:
    """Make a case: the same head, masks and parameters give the same voxels."""
    anatomy = build_anatomy(head, parameters.anatomy)
    return scan_head(anatomy, draw_lesions(anatomy, masks, parameters.lesions), parameters)


def scan_head(anatomy: Anatomy, lesions: NDArray[np.bool_], parameters: ScanParameters) -> SyntheticScan:
    """Make a case of an anatomy with given lesions.

    Args:
        anatomy: The head, built of `parameters.anatomy`.
        lesions: (z, y, x) in its box; other pathology takes their place.
        parameters: All else.
    """
    pathology = draw_pathology(anatomy, parameters.pathology)
    other = pathology.core | pathology.rim
    lesions = lesions & ~other & ~pathology.spaces
    sampling = build_sampling(anatomy, parameters.acquisition)
    painting = paint(anatomy, lesions, pathology, parameters.paint)
    core = find_core(anatomy, parameters.stripping.strip)
    clean = _clean(painting.flair, anatomy, core, sampling.flair, parameters.flair)
    truth = judge(
        Slices(
            lesions=label_slices(anatomy, lesions, sampling),
            other=label_slices(anatomy, other, sampling),
            judged=take_box(anatomy, painting.judged, sampling.flair),
            septum=take_box(anatomy, painting.septum, sampling.flair),
            above=clean.above_white,
            pixel_mm=parameters.acquisition.in_plane_mm,
        )
    )
    flair = scan_slices(clean.slices, parameters.flair)
    t1 = scan_slices(_clean(painting.t1, anatomy, core, sampling.t1, parameters.t1).slices, parameters.t1)
    t1 = _turn(t1, parameters.t1_turn_deg)
    outside = None
    if parameters.stripping.strip:
        outside = ~brain_slices(anatomy, sampling, parameters.stripping)
        truth[outside] = flair[outside] = t1[outside] = 0
    structures = structure_slices(anatomy, sampling, parameters.acquisition.finer, outside)
    return _stored(flair, t1, _Labels(truth, structures), parameters)


@dataclass(frozen=True)
class _Clean:
    """Slices (Z, Y, X) before noise, and how far they lie above white matter, in robust SDs."""

    slices: Array
    above_white: Array


def _clean(layers: Layers, anatomy: Anatomy, core: Array, matrices: list[Array], scanner: Scanner) -> _Clean:
    """Scan the base, find its spread as normalisation will, and change it by that."""
    coils = coil_sensitivity(core.shape, scanner)
    base = take_slices(layers.base * coils, matrices)
    sd = np.float32(robust_sd(base[take_slices(core, matrices) > 0.5], scanner.noise))
    change = take_box(anatomy, layers.change * coils[anatomy.box], matrices)
    # Coils change slowly: their value at a voxel's middle is its mean. White matter is 1.
    middles = [m.argmax(axis=1) for m in matrices]
    slices = base + sd * change
    above = (slices / coils[np.ix_(*middles)] - 1) / sd
    return _Clean(slices, np.asarray(above, np.float32))


def _turn(slices: Array, angle_deg: float) -> Array:
    """Turn slices (Z, Y, X) in-plane about their middle."""
    if not angle_deg:
        return slices
    turned = [ndimage.rotate(one, angle_deg, reshape=False, order=1) for one in slices]
    return np.stack(turned)


@dataclass(frozen=True)
class _Labels:
    """Labels (Z, Y, X): the reference mask of the slices as taken, the structures as they are stored."""

    truth: NDArray[np.uint8]
    structures: NDArray[np.uint8]


def _stored(flair: Array, t1: Array, labels: _Labels, parameters: ScanParameters) -> SyntheticScan:
    finer, spacing = parameters.acquisition.finer, parameters.acquisition.stored_mm
    code = parameters.orientation
    return SyntheticScan(
        flair=orient(store(interpolate(flair, finer), parameters.flair), spacing, code),
        t1=orient(store(interpolate(t1, finer), parameters.t1), spacing, code),
        truth=orient(interpolate_labels(labels.truth, finer), spacing, code),
        structures=orient(labels.structures, spacing, code),
        t1_missing=parameters.t1_missing,
    )
