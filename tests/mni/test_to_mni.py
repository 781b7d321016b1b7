"""Into MNI space: the template's own brain, drawn elsewhere, comes back to where it was."""

from importlib.resources import files

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure
from wmhseg.errors import BrainMaskError, RegistrationError
from wmhseg.imaging import deformable
from wmhseg.io.volume import Grid, Volume
from wmhseg.mni.composite import of_structures, of_tissues
from wmhseg.mni.template import GRID, SPACE, read_template
from wmhseg.mni.to_mni import bring_to_mni


@pytest.fixture
def few_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deformable, "_ITERATIONS", (4, 2))


def template_brain() -> Volume:
    """Structures as the template's shades tell them."""
    shades = read_template().shades
    found = np.zeros(shades.array.shape, np.uint8)
    for lowest, structure in ((0.1, Structure.CSF), (0.44, Structure.CORTEX), (0.84, Structure.WHITE_MATTER)):
        found[shades.array > lowest] = structure
    return Volume(found, shades.grid)


def elsewhere(grid: Grid) -> Grid:
    """A tenth larger, turned by 10 degrees about the axis through the feet, and moved."""
    turn = np.array([[np.cos(0.1745), -np.sin(0.1745), 0], [np.sin(0.1745), np.cos(0.1745), 0], [0, 0, 1]])
    size = tuple(1.1 * value for value in grid.spacing_mm)
    origin = 1.1 * turn @ grid.origin_mm + [12, -20, 30]
    direction = turn @ np.reshape(grid.direction, (3, 3))
    return Grid(grid.size_xyz, size, tuple(origin), tuple(direction.ravel()))


def ball(grid: Grid, centre_ras: tuple[float, float, float], radius: float) -> NDArray[np.uint8]:
    """Where a ball lies on a grid in MNI space."""
    z, y, x = np.indices(grid.shape_zyx)
    steps = np.stack([x, y, z], axis=-1) * grid.spacing_mm
    places = steps @ np.reshape(grid.direction, (3, 3)).T + grid.origin_mm
    off = places * [-1, -1, 1] - centre_ras
    return (np.linalg.norm(off, axis=-1) <= radius).astype(np.uint8)


def test_the_template_lies_where_its_published_images_do() -> None:
    folder = files("wmhseg.mni") / "data"
    for name in ("shades.nii.gz", "t1.nii.gz"):
        image = nib.load(str(folder / name))
        assert image.get_data_dtype() == np.uint8
        np.testing.assert_array_equal(image.header.get_zooms(), (2, 2, 2))
        array = np.asarray(image.dataobj).astype(float)
        centre = nib.affines.apply_affine(image.affine, np.argwhere(array > 100).mean(axis=0))
        # It is symmetric.
        assert centre[0] == pytest.approx(0, abs=0.3)
    brain = 8e-3 * np.count_nonzero(np.asarray(nib.load(str(folder / "shades.nii.gz")).dataobj) > 0.44 * 255)
    # Grey and white matter of the template, Fonov 2011's 1 mm maps at 0.5: 1.6 litres with the cerebellum.
    assert 1400 < brain < 1800
    assert "Copyright (C) 1993-2004 Louis Collins" in (folder / "NOTICE.txt").read_text()


def test_shades() -> None:
    grid = Grid((8, 1, 1), (1, 1, 1), (0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    drawn = of_structures(Volume(np.arange(8, dtype=np.uint8).reshape(1, 1, 8), grid)).array.ravel()
    np.testing.assert_allclose(drawn, [0, 1, 0.66, 0.8, 0.2, 0.2, 0.95, 0.75], atol=1e-6)
    grey, white = (np.array(values, np.float32) for values in ([0, 1, 0, 0.5, 0], [0, 0, 1, 0.5, 0]))
    mixed = of_tissues(grey, white, np.array([True, True, True, True, False]))
    np.testing.assert_allclose(mixed, [0.2, 0.68, 1, 0.84, 0], atol=1e-6)


@pytest.mark.usefixtures("few_iterations")
def test_a_moved_template_comes_back() -> None:
    brain = template_brain()
    place = (-28.0, -20.0, 26.0)
    mask = ball(brain.grid, place, 10)
    moved = elsewhere(brain.grid)
    head = Volume(brain.array, moved)
    first = bring_to_mni(head, Volume(mask, moved), Volume(mask * np.float32(0.5), moved))
    assert first.mask.grid == first.probability.grid == GRID
    assert (first.mask.array.dtype, first.probability.array.dtype) == (np.uint8, np.float32)
    expected = ball(GRID, place, 10)
    overlap = 2 * (first.mask.array & expected).sum() / (first.mask.array.sum() + expected.sum())
    # What voxels of 2 mm leave of it; 2 mm off, it would be 0.85.
    assert overlap > 0.88
    affine = np.array([[1, 0, 0, -98], [0, 1, 0, -134], [0, 0, 1, -72], [0, 0, 0, 1]])
    centre = np.argwhere(first.mask.array).mean(axis=0)[::-1]
    np.testing.assert_allclose(nib.affines.apply_affine(affine, centre), place, atol=1)
    # 4/3 pi 10^3 mm3 in the template's size, not a third more as in the head.
    assert first.findings.volume_ml == pytest.approx(4.19, rel=0.05)
    assert first.probability.array.max() == pytest.approx(0.5, abs=1e-6)
    assert first.findings.space == SPACE
    assert first.findings.brain_dice > 0.97
    assert first.findings.folded_percent == 0
    again = bring_to_mni(head, Volume(mask, moved), Volume(mask * np.float32(0.5), moved))
    np.testing.assert_array_equal(again.probability.array, first.probability.array)
    np.testing.assert_array_equal(again.mask.array, first.mask.array)


@pytest.mark.usefixtures("few_iterations")
def test_refused() -> None:
    brain = template_brain()
    nothing = Volume(np.zeros(brain.array.shape, np.uint8), brain.grid)
    with pytest.raises(BrainMaskError, match=r"FLAIR: expected 300 ml or more of brain .* found 0; look"):
        bring_to_mni(nothing, nothing, nothing)
    plate = brain.array.copy()
    plate[: plate.shape[0] // 2 + 8] = 0
    with pytest.raises(RegistrationError, match="FLAIR: expected a brain of the MNI template's shape"):
        bring_to_mni(Volume(plate, brain.grid), nothing, nothing)
