"""Labels land where the images land, on every grid, as inference would put them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.anatomy.structure import Structure
from wmhseg.datasets.cases import Case, write_images
from wmhseg.datasets.prepare import Labels, prepare_case, prepare_labelled
from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError
from wmhseg.imaging.geometry import crop_pad
from wmhseg.io.volume import Grid, Volume
from wmhseg.recipe import DEFAULT, PAPER
from wmhseg.segmentation.prepare_scan import prepare_scan
from wmhseg.segmentation.read_scan import Scan


@dataclass(frozen=True)
class Marked:
    """Images whose FLAIR is brightest exactly where the truth is 1."""

    flair: Volume
    t1: Volume
    truth: Volume

    def changed(self, move: Callable[[Volume], Volume]) -> "Marked":
        return Marked(move(self.flair), move(self.t1), move(self.truth))


def mark(head: Any) -> Marked:
    """Make lesions flat and sharp; one of the three becomes other pathology (label 2), one unsure (3)."""
    truth = head.truth.array.copy()
    labels, count = ndimage.label(truth)
    assert count == 3
    truth[labels == 2] = 2
    truth[labels == 3] = 3
    # The drawn lesions' soft edges would be bright without being labelled.
    around = ndimage.binary_dilation(truth > 0, iterations=2)
    flair = np.where(around, np.float32(105), head.flair.array)
    flair[truth > 0] = 1000
    return Marked(Volume(flair, head.flair.grid), head.t1, Volume(truth, head.truth.grid))


def prepare(images: Marked, folder: Path, recipe: Any = DEFAULT) -> SliceSet:
    write_images(folder, images.flair, images.t1, images.truth)
    return prepare_case(Case("site", "case", folder), recipe)


@pytest.fixture(scope="module")
def marked(head: Any) -> Marked:
    return mark(head)


@pytest.fixture(scope="module")
def prepared(marked: Marked, tmp_path_factory: pytest.TempPathFactory) -> SliceSet:
    return prepare(marked, tmp_path_factory.mktemp("plain") / "case")


def test_shapes_types_and_names(prepared: SliceSet) -> None:
    count = len(prepared.images)
    assert 10 < count <= 24
    assert prepared.images.shape == (count, 200, 200, 2)
    assert prepared.labels.shape == (count, 200, 200)
    assert prepared.images.dtype == np.float16
    assert prepared.labels.dtype == np.uint8
    assert (prepared.site, prepared.name) == ("site", "case")


def test_labels_are_the_bright_voxels_and_keep_their_values(marked: Marked, prepared: SliceSet) -> None:
    # 1.15 mm pixels are left as they are: voxel for voxel. 6 is where intensities are clipped.
    np.testing.assert_array_equal(prepared.labels > 0, prepared.images[..., 0] == 6)
    for label in (1, 2, 3):
        assert (prepared.labels == label).sum() == (marked.truth.array == label).sum() > 100


def test_images_are_those_of_inference(marked: Marked, prepared: SliceSet) -> None:
    recipe = replace(DEFAULT, min_patch=200)
    slices = prepare_scan(Scan(marked.flair, marked.t1), recipe).windows.slices
    np.testing.assert_array_equal(prepared.images, slices.astype(np.float16))


def flipped(volume: Volume, axes_zyx: tuple[int, ...]) -> Volume:
    """Store the same image from the other end of some array axes."""
    grid, direction = volume.grid, np.reshape(volume.grid.direction, (3, 3)).copy()
    origin = np.array(grid.origin_mm)
    for axis in (2 - a for a in axes_zyx):
        origin += direction[:, axis] * (grid.size_xyz[axis] - 1) * grid.spacing_mm[axis]
        direction[:, axis] *= -1
    x, y, z = map(float, origin)
    turned = Grid(grid.size_xyz, grid.spacing_mm, (x, y, z), tuple(direction.ravel()))
    return Volume(np.ascontiguousarray(np.flip(volume.array, axes_zyx)), turned)


def sagittal(volume: Volume) -> Volume:
    """Store the same image with x as the slowest array axis."""
    grid, direction = volume.grid, np.reshape(volume.grid.direction, (3, 3))
    (x, y, z), (dx, dy, dz) = grid.size_xyz, grid.spacing_mm
    turned = Grid((y, z, x), (dy, dz, dx), grid.origin_mm, tuple(direction[:, [1, 2, 0]].ravel()))
    return Volume(np.ascontiguousarray(volume.array.transpose(2, 0, 1)), turned)


@pytest.mark.parametrize(
    "move",
    [
        lambda volume: flipped(volume, (1,)),
        lambda volume: flipped(volume, (0, 2)),
        sagittal,
        lambda volume: flipped(sagittal(volume), (0,)),
    ],
    ids=["y", "z and x", "sagittal", "sagittal from the right"],
)
def test_stored_another_way_round_nothing_changes(
    marked: Marked, prepared: SliceSet, tmp_path: Path, move: Callable[[Volume], Volume]
) -> None:
    found = prepare(marked.changed(move), tmp_path / "case")
    np.testing.assert_array_equal(found.labels, prepared.labels)
    # NIfTI keeps spacings as float32: distances, so the head's core, may differ by a voxel or so.
    np.testing.assert_allclose(found.images, prepared.images, rtol=0, atol=0.02)


@pytest.mark.parametrize("spacing_mm", [(0.5, 0.5, 12.0), (1.5, 0.7, 12.0)])
def test_resampled_labels_lie_on_the_resampled_lesions(
    make_head: Any, make_grid: Any, tmp_path: Path, spacing_mm: tuple[float, float, float]
) -> None:
    size = (round(150 / spacing_mm[0]), round(170 / spacing_mm[1]), 12)
    images = mark(make_head(make_grid(size, spacing_mm)))
    found = prepare(images, tmp_path / "case")
    flair, lesion = found.images[..., 0].astype(np.float32), found.labels > 0
    # Lesions are clipped to 6, white matter lies about 0: the clipped edge is somewhat larger
    # than the half-filled voxels, by less than a voxel all around.
    cross = ndimage.generate_binary_structure(2, 1)[np.newaxis]
    assert (flair[ndimage.binary_erosion(lesion, cross)] == 6).all()
    assert (flair[~ndimage.binary_dilation(lesion, cross, iterations=2)] < 6).all()
    for label in (1, 2):
        area_mm2 = (images.truth.array == label).sum() * spacing_mm[0] * spacing_mm[1]
        # From 0.5 to 1 mm many pixels are half full exactly, and those count.
        assert (found.labels == label).sum() == pytest.approx(area_mm2, rel=0.1)


def structures_of(head: Any, move: Callable[[Volume], Volume] = lambda volume: volume) -> SliceSet:
    """Prepare the head with lesions called ventricles, the left half cortex, the right white matter."""
    half = np.arange(head.truth.array.shape[2]) < head.truth.array.shape[2] // 2
    structures = np.where(half, Structure.CORTEX, Structure.WHITE_MATTER) + np.zeros_like(head.truth.array)
    structures[head.truth.array > 0] = Structure.VENTRICLES
    labels = Labels(move(head.truth), move(Volume(structures.astype(np.uint8), head.truth.grid)))
    return prepare_labelled(Scan(move(head.flair), move(head.t1)), labels, DEFAULT, "site", "case")


def test_structures_lie_on_the_images(head: Any) -> None:
    """Pixels of 1.15 mm are left as they are; beyond the image is outside."""
    found = structures_of(head)
    assert found.structures is not None
    np.testing.assert_array_equal(found.structures == Structure.VENTRICLES, found.labels == 1)
    assert found.structures.dtype == np.uint8
    z = len(found.structures) // 2
    rows = np.flatnonzero((found.structures[z] != Structure.OUTSIDE).any(axis=1))
    # 144 rows of 128 pixels, half of them each.
    assert len(rows) == 144
    line = found.structures[z, rows[0]].tolist()
    inside = [Structure.CORTEX] * 64 + [Structure.WHITE_MATTER] * 64
    assert [number for number in line if number != Structure.OUTSIDE] == inside


def test_structures_of_a_scan_stored_another_way_round(head: Any) -> None:
    plain = structures_of(head)
    moved = structures_of(head, lambda volume: flipped(sagittal(volume), (0,)))
    np.testing.assert_array_equal(moved.structures, plain.structures)


def test_a_resampled_pixel_is_what_fills_most_of_it(make_head: Any, make_grid: Any) -> None:
    """From 0.5 to 1 mm: a pixel is the mean of 2 x 2, so the majority of the four."""
    made = make_head(make_grid((272, 320, 12), (0.5, 0.5, 9.0)))
    rng = np.random.default_rng(4)
    array = rng.choice([0, 2, 5], made.truth.array.shape).astype(np.uint8)
    scan = Scan(made.flair, made.t1)
    labels = Labels(made.truth, Volume(array, made.flair.grid))
    found = prepare_labelled(scan, labels, DEFAULT, "site", "case").structures
    assert found is not None
    windows = prepare_scan(scan, replace(DEFAULT, min_patch=200)).windows
    blocks = array.reshape(12, 160, 2, 136, 2)
    counts = np.stack([(blocks == number).sum(axis=(2, 4)) for number in range(8)])
    ranked = np.sort(counts, axis=0)
    clear = ranked[-1] > ranked[-2]

    def cut(volume: NDArray[Any]) -> NDArray[Any]:
        return crop_pad(volume[windows.indices], windows.start_yx, (200, 200))

    seen = cut(clear)
    assert seen.sum() > 10_000
    np.testing.assert_array_equal(found[seen], cut(counts.argmax(axis=0).astype(np.uint8))[seen])


def test_a_case_without_lesions(marked: Marked, tmp_path: Path) -> None:
    empty = replace(marked, truth=Volume(np.zeros_like(marked.truth.array), marked.truth.grid))
    assert not prepare(empty, tmp_path / "case").labels.any()


def test_the_papers_recipe_keeps_the_image_centre(marked: Marked, tmp_path: Path) -> None:
    found = prepare(marked, tmp_path / "case", PAPER)
    # 24 slices less 2 at each end; 128 x 144 pixels in the middle of 200 x 200.
    assert found.labels.shape == (20, 200, 200)
    inside = found.labels[:, 28:172, 36:164]
    np.testing.assert_array_equal(inside, marked.truth.array[2:22])
    assert found.labels.sum() == inside.sum()


def test_a_mask_on_another_grid_is_refused(marked: Marked, tmp_path: Path) -> None:
    grid = replace(marked.truth.grid, origin_mm=(0.0, 0.0, 0.0))
    moved = replace(marked, truth=Volume(marked.truth.array, grid))
    with pytest.raises(InputError, match=r"wmh\.nii\.gz: expected the FLAIR's grid \(128x144x24 voxels of"):
        prepare(moved, tmp_path / "case")
