"""Drawn people at two times: lesions new, gone, grown and shrunk, on the same or another scanner."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from wmhseg.imaging.rigid import Motion, carried
from wmhseg.io.volume import Volume
from wmhseg.lesions import label_lesions
from wmhseg.synthesis.acquisition import LABEL_FRACTION, build_sampling, take_box
from wmhseg.synthesis.anatomy import Anatomy, build_anatomy
from wmhseg.synthesis.blobs import draw_blobs, sample_confluent, sample_punctate
from wmhseg.synthesis.heads import Head, LesionMask
from wmhseg.synthesis.lesions import allowed_tissue, draw_lesions
from wmhseg.synthesis.orientation import orient
from wmhseg.synthesis.scan import ScanParameters, sample_scan, scan_head
from wmhseg.synthesis.strip import Stripping

Mask = NDArray[np.bool_]
_APART_MM = 4
_NEW = (4, 10)
LOAD_ML = (1.0, 40.0)
THINNEST_MM = 2.5
_CUBE = np.ones((3, 3, 3), bool)


@dataclass(frozen=True)
class State:
    """The lesions at one time; masks (z, y, x) at 1 mm in the anatomy's box.

    Attributes:
        lesions: All of them.
        only: Those of this time alone, numbered.
        touched: Lesion that is none at the other time: those of this time alone, and what grew or shrank.
    """

    lesions: Mask
    only: NDArray[np.int32]
    touched: Mask


@dataclass(frozen=True)
class Drawn:
    """A drawn scan, its header moved at random, and the state on the FLAIR's voxels (Z, Y, X)."""

    flair: Volume
    t1: Volume
    only: NDArray[np.int32]
    touched: Mask


def sample_person(rng: np.random.Generator, masks: list[LesionMask]) -> ScanParameters:
    """Draw a whole head with lesions and a scanner."""
    while True:
        drawn = _multi_slice(rng, masks)
        if LOAD_ML[0] <= drawn.lesions.load_ml <= LOAD_ML[1]:
            return drawn


def on_same_scanner(person: ScanParameters, rng: np.random.Generator) -> ScanParameters:
    """Return the same protocol another day: other noise, and slices at another place."""
    acquisition = person.acquisition
    step = acquisition.thickness_mm + acquisition.gap_mm
    shift = rng.normal(0, 4.0, 2)
    acquisition = replace(
        acquisition,
        bottom_mm=acquisition.bottom_mm + float(rng.uniform(-0.5, 0.5)) * step,
        shift_yx_mm=(float(shift[0]), float(shift[1])),
    )
    flair, t1 = (replace(one, seed=int(rng.integers(2**31))) for one in (person.flair, person.t1))
    return replace(person, acquisition=acquisition, flair=flair, t1=t1)


def on_another_scanner(
    person: ScanParameters, rng: np.random.Generator, masks: list[LesionMask]
) -> ScanParameters:
    """Return the person with everything that a scanner decides drawn again."""
    other = _multi_slice(rng, masks)
    paint = replace(person.paint, flair=other.paint.flair, t1=other.paint.t1, flow=other.paint.flow)
    return replace(
        other, anatomy=person.anatomy, lesions=person.lesions, pathology=person.pathology, paint=paint
    )


def edit(lesions: Mask, anatomy: Anatomy, rng: np.random.Generator) -> tuple[State, State]:
    """Draw a change and return the lesions before and after.

    About one lesion in six goes, one in five grows by a voxel or two, one in six shrinks by one, and 4 to 9
    new ones come at least 4 mm from the others.
    """
    allowed = allowed_tissue(anatomy.brain_tissues, deep=False)
    labels, count = label_lesions(lesions)
    fate = rng.random(count + 1)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    gone = (fate < 0.16) & (sizes < 3000)
    gone[0] = False
    grown, shrunk = (fate > 0.8)[labels] & lesions, ((fate > 0.64) & (fate <= 0.8))[labels] & lesions
    after = lesions & ~gone[labels]
    after |= ndimage.binary_dilation(grown, _CUBE, iterations=int(rng.integers(1, 3))) & allowed
    kept = ndimage.binary_erosion(shrunk)
    survivors = np.unique(labels[kept])
    after &= ~(shrunk & ~kept & np.isin(labels, survivors))
    near = ndimage.binary_dilation(lesions | after, _CUBE, iterations=_APART_MM)
    blobs = draw_blobs(allowed, sample_punctate(rng)) | draw_blobs(allowed, sample_confluent(rng))
    candidates, found = label_lesions(blobs & allowed)
    touching = np.unique(candidates[near])
    sizes = np.bincount(candidates.ravel(), minlength=found + 1)
    usable = [n for n in range(1, found + 1) if n not in touching and 4 <= sizes[n] <= 3000]
    chosen = rng.permutation(usable)[: int(rng.integers(*_NEW))]
    new = np.isin(candidates, chosen)
    # What grew into another's place is not counted as gone.
    lost, _ = label_lesions(gone[labels] & ~after)
    after |= new
    before = State(lesions, lost, lesions & ~after)
    return before, State(after, label_lesions(new)[0], after & ~lesions)


def draw(anatomy: Anatomy, state: State, parameters: ScanParameters) -> Drawn:
    """Draw a scan of given lesions; the same parameters place it at the same place."""
    scan = scan_head(anatomy, state.lesions, parameters)
    only, touched = on_slices(anatomy, state, parameters)
    motion = _motion(np.random.default_rng(parameters.flair.seed))
    flair, t1 = (Volume(one.array, carried(one.grid, motion)) for one in (scan.flair, scan.t1))
    return Drawn(flair, t1, only, touched)


def on_slices(anatomy: Anatomy, state: State, parameters: ScanParameters) -> tuple[NDArray[np.int32], Mask]:
    """Return the lesions of one time alone and what is touched, on the stored scan's voxels."""
    acquisition = parameters.acquisition
    matrices = build_sampling(anatomy, acquisition).label
    touched = take_box(anatomy, state.touched.astype(np.float32), matrices) > 0
    only = np.zeros(touched.shape, np.int32)
    for number in range(1, int(state.only.max(initial=0)) + 1):
        share = take_box(anatomy, (state.only == number).astype(np.float32), matrices)
        # Of one between slices, too, there is something to be found.
        only[(share > 0) & (share >= min(LABEL_FRACTION, share.max() / 2))] = number
    stored = [
        orient(one, acquisition.stored_mm, parameters.orientation).array
        for one in (only, touched.astype(np.uint8))
    ]
    return stored[0], stored[1] > 0


def _motion(rng: np.random.Generator) -> Motion:
    """Draw where the head lies: up to 10 mm along each axis, and turned by up to 8 degrees."""
    motion = np.eye(4)
    motion[:3, :3] = Rotation.from_rotvec(np.deg2rad(8) * rng.uniform(-1, 1, 3) / np.sqrt(3)).as_matrix()
    motion[:3, 3] = rng.uniform(-10, 10, 3)
    return motion


def _multi_slice(rng: np.random.Generator, masks: list[LesionMask]) -> ScanParameters:
    """Draw a whole head in slices of at least 2.5 mm: one of 1 mm takes ten times as long."""
    while True:
        drawn = sample_scan(rng, masks)
        if drawn.acquisition.thickness_mm >= THINNEST_MM:
            return _whole(drawn)


def _whole(parameters: ScanParameters) -> ScanParameters:
    """Return a scan with nothing cut off, stripped or interpolated when it was stored."""
    finer = replace(parameters.acquisition.finer, pixels=False, slices=False)
    acquisition = replace(parameters.acquisition, bottom_mm=-5.0, top_mm=5.0, finer=finer)
    return replace(parameters, acquisition=acquisition, stripping=Stripping(False, 0.5), t1_missing=False)


def head_of(head: Head, masks: list[LesionMask], person: ScanParameters) -> tuple[Anatomy, Mask]:
    """Return a person's anatomy and lesions."""
    anatomy = build_anatomy(head, person.anatomy)
    return anatomy, draw_lesions(anatomy, masks, person.lesions)
