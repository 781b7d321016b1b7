"""Which structure a voxel of the slices belongs to, worked out by hand; and in whole scans."""

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure
from wmhseg.synthesis.acquisition import Sampling
from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.heads import Head, LesionMask
from wmhseg.synthesis.interpolate import Finer
from wmhseg.synthesis.scan import make_scan, sample_scan
from wmhseg.synthesis.structures import TISSUES_OF, structure_slices
from wmhseg.synthesis.tissues import BRAIN, Tissue

PLAIN = Finer(slices=False, pixels=False)


def column(*tissues: Tissue) -> Anatomy:
    """A head of one voxel in a row above one another, all of it in the box."""
    array = np.array(tissues, np.uint8).reshape(-1, 1, 1)
    box = (slice(0, len(tissues)), slice(0, 1), slice(0, 1))
    return Anatomy(array, box, np.zeros((3, *array.shape), np.float32), np.zeros(array.shape, np.float32))


def thick(slices: int, voxels: int) -> Sampling:
    """Slices that are the mean of so many voxels each."""
    along = np.kron(np.eye(slices), np.full((1, voxels), 1 / voxels)).astype(np.float32)
    one = np.ones((1, 1), np.float32)
    return Sampling([along, one, one], [along, one, one], [along, one, one])


@pytest.mark.parametrize(
    ("tissues", "expected"),
    [
        ((Tissue.WHITE, Tissue.VENTRICLE, Tissue.VENTRICLE), Structure.VENTRICLES),
        # Plexus and fluid count together, as do cortex and hippocampus, and the deep nuclei.
        ((Tissue.WHITE, Tissue.CHOROID_PLEXUS, Tissue.VENTRICLE), Structure.VENTRICLES),
        ((Tissue.CORTEX, Tissue.WHITE, Tissue.LIMBIC), Structure.CORTEX),
        ((Tissue.THALAMUS, Tissue.WHITE, Tissue.PUTAMEN), Structure.DEEP_GREY),
        # The third and fourth ventricle are CSF.
        ((Tissue.MIDLINE_VENTRICLE, Tissue.VENTRICLE, Tissue.CSF), Structure.CSF),
        ((Tissue.CEREBELLAR_CORTEX, Tissue.CSF, Tissue.CEREBELLAR_WHITE), Structure.CEREBELLUM),
        ((Tissue.BRAINSTEM, Tissue.BRAINSTEM, Tissue.VENTRAL), Structure.BRAINSTEM),
        # Bone and air count together.
        ((Tissue.CORTICAL_BONE, Tissue.AIR, Tissue.CSF), Structure.OUTSIDE),
    ],
)
def test_what_fills_most_of_a_slice(tissues: tuple[Tissue, ...], expected: Structure) -> None:
    found = structure_slices(column(*tissues), thick(1, 3), PLAIN, None)
    assert found.dtype == np.uint8
    assert found.ravel().tolist() == [expected]


def test_between_two_slices_both_count() -> None:
    # Shares of white matter 1, 0.25 and of ventricle 0, 0.75: between them 0.625 and 0.375.
    tissues = [Tissue.WHITE] * 5 + [Tissue.VENTRICLE] * 3
    found = structure_slices(column(*tissues), thick(2, 4), Finer(slices=True, pixels=False), None)
    assert found.ravel().tolist() == [
        Structure.WHITE_MATTER,
        Structure.WHITE_MATTER,
        Structure.VENTRICLES,
    ]


def test_what_is_stripped_is_outside() -> None:
    tissues = [Tissue.CSF, Tissue.CSF, Tissue.CORTEX, Tissue.CORTEX]
    stripped = np.array([True, False]).reshape(2, 1, 1)
    found = structure_slices(column(*tissues), thick(2, 2), PLAIN, stripped)
    assert found.ravel().tolist() == [Structure.OUTSIDE, Structure.CORTEX]


def test_every_tissue_of_the_brain_has_one_structure() -> None:
    named = [tissue for tissues in TISSUES_OF.values() for tissue in tissues]
    assert sorted(named) == sorted([*BRAIN, Tissue.CSF])


def test_of_a_whole_scan(head: Head, masks: list[LesionMask]) -> None:
    """Structures lie where the images show them: lesions in white matter, none where all was stripped."""
    for seed in range(50):
        parameters = sample_scan(np.random.default_rng(seed), masks)
        if parameters.stripping.strip:
            break
    scan = make_scan(head, masks, parameters)
    structures: NDArray[np.uint8] = scan.structures.array
    assert scan.structures.grid == scan.flair.grid
    assert structures.dtype == np.uint8
    # Nothing but the brain is left, with a rim of fluid; the phantom has no brainstem.
    background = scan.flair.array == scan.flair.array.min()
    assert set(np.unique(structures[background])) == {Structure.OUTSIDE}
    assert {*range(6), 7} <= set(np.unique(structures))
    wmh = structures[scan.truth.array == 1]
    assert len(wmh) > 50
    assert np.mean(wmh == Structure.WHITE_MATTER) > 0.7
