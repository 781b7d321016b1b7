"""The three recipes, each against a plain second implementation written from its description."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.errors import BrainMaskError, InputError
from wmhseg.imaging.head import core_mask, head_mask
from wmhseg.io.volume import Grid
from wmhseg.recipe import DEFAULT, PAPER, PUBLISHED, Recipe
from wmhseg.segmentation.preprocess import Windows, blur_across, cut_windows

Array = NDArray[np.float32]
SPACING = (1.15, 1.15)
SCALP_MM = (64.0, 77.0, 76.0)  # the synthetic head's outer semi-axes, x, y, z
BRAIN_MM = (53.0, 66.0, 65.0)


def window_200(image: Array, fill: float = 0.0) -> Array:
    """Centre crop or pad to 200 x 200: half of the difference, rounded down, comes first."""
    out = np.full((len(image), 200, 200), fill, np.float64)
    y0, x0 = image.shape[1] // 2 - 100, image.shape[2] // 2 - 100
    for y in range(200):
        for x in range(200):
            if 0 <= y + y0 < image.shape[1] and 0 <= x + x0 < image.shape[2]:
                out[:, y, x] = image[:, y + y0, x + x0]
    return out


def brain(image: Array, threshold: float, largest: bool) -> NDArray[np.bool_]:
    masks = []
    for part in image:
        mask = sitk.GetImageFromArray((part >= threshold).astype(np.uint8))
        if largest:
            mask = sitk.RelabelComponent(sitk.ConnectedComponent(mask)) == 1
        masks.append(sitk.GetArrayFromImage(sitk.BinaryFillhole(sitk.Cast(mask, sitk.sitkUInt8))) > 0)
    return np.stack(masks)


def standardised(image: Array, mask: NDArray[np.bool_]) -> Array:
    values = image[mask]
    return (image - values.mean()) / np.sqrt(((values - values.mean()) ** 2).mean())


@pytest.fixture(scope="module")
def case(make_head: Callable, make_grid: Callable) -> tuple[Array, Array]:
    """A stripped head on 203 columns (cropped) and 170 rows (padded), with a bright speck aside."""
    made = make_head(make_grid((203, 170, 21), (0.9, 0.95, 6.5)), stripped=True)
    flair, t1 = made.flair.array.copy(), made.t1.array.copy()
    flair[8, 3:6, 10:14], t1[8, 3:6, 10:14] = 300, 300
    return flair, t1


def test_paper(case: tuple[Array, Array]) -> None:
    found = cut_windows(*case, (0.95, 0.9), PAPER)
    assert found.indices.tolist() == list(range(2, 19))  # int(0.1 x 21) = 2 at each end
    assert (found.slices.shape, found.slices.dtype) == ((17, 200, 200, 2), np.float32)
    assert found.start_yx == (-15, 1)
    for channel, (image, threshold) in enumerate(zip(case, (70, 30), strict=True)):
        window = window_200(image)
        mask = brain(window, threshold, largest=True)
        assert not mask[8, 18:21, 9:13].any()  # the speck is no brain
        expected = standardised(window, mask)[2:19]
        np.testing.assert_allclose(found.slices[..., channel], expected, atol=1e-4)


def test_published(case: tuple[Array, Array]) -> None:
    found = cut_windows(*case, (0.95, 0.9), PUBLISHED)
    assert found.indices.tolist() == list(range(2, 19))  # int(0.125 x 21) = 2
    assert found.start_yx == (-15, 1)
    mask = brain(case[0], 30, largest=False)
    assert mask[8, 3:6, 10:14].all()  # no largest component here
    for channel, image in enumerate(case):
        expected = window_200(standardised(image, mask))[2:19]
        np.testing.assert_allclose(found.slices[..., channel], expected, atol=1e-4)
    assert not found.slices[:, :15].any()  # padding is 0 after normalising


def test_default(head: Any) -> None:
    flair, t1 = head.flair.array, head.t1.array
    found = cut_windows(flair, t1, SPACING, DEFAULT)
    core = core_mask(head_mask(flair, SPACING, "FLAIR"), SPACING)
    for channel, (image, inside) in enumerate(((flair, core), (t1, core & head_mask(t1, SPACING, "T1")))):
        values = np.sort(image[inside].astype(np.float64))
        centre = np.median(values)
        spread = 1.4826 * np.median(abs(values - centre))
        expected = np.clip((image - centre) / spread, -4, 6)
        (y, x), (rows, columns) = found.start_yx, found.slices.shape[1:3]
        ys, xs = np.arange(y, y + rows), np.arange(x, x + columns)
        seen = np.ix_(found.indices, ys[(ys >= 0) & (ys < 144)], xs[(xs >= 0) & (xs < 128)])
        part = found.slices[..., channel][:, (ys >= 0) & (ys < 144)][:, :, (xs >= 0) & (xs < 128)]
        np.testing.assert_allclose(part, expected[seen], atol=1e-4)
    # Outside the image: as dark as its darkest voxel.
    assert np.unique(found.slices[:, :, xs < 0, 0]).tolist() == [-4]


@pytest.mark.parametrize("scale", [0.001, 1.0, 100.0])
@pytest.mark.parametrize("offset", [0.0, 1000.0, -500.0])
def test_default_knows_neither_scale_nor_offset(head: Any, scale: float, offset: float) -> None:
    flair, t1 = head.flair.array, head.t1.array
    plain = cut_windows(flair, t1, SPACING, DEFAULT)
    for changed in (
        cut_windows(((flair + offset) * scale).astype(np.float32), t1, SPACING, DEFAULT),
        cut_windows(flair, ((t1 + offset) * scale).astype(np.float32), SPACING, DEFAULT),
    ):
        assert changed.start_yx == plain.start_yx
        np.testing.assert_array_equal(changed.indices, plain.indices)
        np.testing.assert_allclose(changed.slices, plain.slices, atol=2e-4)


def test_lesions_do_not_move_the_normalisation(make_head: Callable, make_grid: Callable) -> None:
    # Robust: ten times as bright lesions change no other voxel by more than 1 % of the spread.
    made = make_head(make_grid())
    bright = np.where(made.truth.array > 0, 10 * made.flair.array, made.flair.array)
    plain, other = (cut_windows(image, None, SPACING, DEFAULT) for image in (made.flair.array, bright))
    assert other.start_yx == plain.start_yx
    difference = abs(plain.slices - other.slices)[..., 0]
    assert np.percentile(difference, 99) < 0.05


@pytest.mark.parametrize("shift", [(20, 0), (-13, 9), (25, -18)])
def test_window_follows_the_head(make_head: Callable, make_grid: Callable, shift: tuple[int, int]) -> None:
    grid = make_grid((190, 200, 6), (1.0, 1.0, 20.0))
    still = make_head(grid, noise=0)
    moved = make_head(grid, noise=0, shift_mm=(shift[0], shift[1], 0))
    first, second = (cut_windows(h.flair.array, h.t1.array, (1, 1), DEFAULT) for h in (still, moved))
    assert second.start_yx == (first.start_yx[0] + shift[1], first.start_yx[1] + shift[0])
    np.testing.assert_allclose(second.slices, first.slices, atol=0.01)


def test_window_is_centred_on_the_head(make_head: Callable, make_grid: Callable) -> None:
    grid = make_grid((190, 200, 6), (1.0, 1.0, 20.0))
    found = cut_windows(make_head(grid).flair.array, None, (1, 1), DEFAULT)
    rows, columns = found.slices.shape[1:3]
    # The head's centre lies between pixels 94 and 95 of 190, 99 and 100 of 200.
    assert found.start_yx[0] + rows / 2 == pytest.approx(100, abs=1)
    assert found.start_yx[1] + columns / 2 == pytest.approx(95, abs=1)


@pytest.mark.parametrize(
    ("spacing", "size"),
    # Core: 2 x (77 - 16) = 122 mm by 2 x (64 - 16) = 96 mm, and a margin of 24 pixels all round.
    [(1.15, (168, 136)), (1.0, (200, 168)), (0.85, (200, 168)), (0.7, (200, 200))],
)
def test_window_is_the_smallest_that_holds_the_core(
    make_head: Callable, make_grid: Callable, spacing: float, size: tuple[int, int]
) -> None:
    pixels = 2 * round(90 / spacing)
    flair = make_head(make_grid((pixels, pixels, 8), (spacing, spacing, 16.0))).flair.array
    assert cut_windows(flair, None, (spacing, spacing), DEFAULT).slices.shape[1:3] == size
    whole = replace(DEFAULT, min_patch=200)
    assert cut_windows(flair, None, (spacing, spacing), whole).slices.shape[1:3] == (200, 200)


def test_without_t1_its_channel_is_zero(head: Any) -> None:
    both = cut_windows(head.flair.array, head.t1.array, SPACING, DEFAULT)
    alone = cut_windows(head.flair.array, None, SPACING, DEFAULT)
    np.testing.assert_array_equal(alone.slices[..., 0], both.slices[..., 0])
    assert not alone.slices[..., 1].any()


def test_partly_missing_t1(head: Any) -> None:
    t1 = head.t1.array.copy()
    t1[:5] = 0
    whole = cut_windows(head.flair.array, head.t1.array, SPACING, DEFAULT)
    part = cut_windows(head.flair.array, t1, SPACING, DEFAULT)
    assert np.isfinite(part.slices).all()
    np.testing.assert_array_equal(part.slices[..., 0], whole.slices[..., 0])
    # What is there looks as it did: the empty slices do not take part in the normalisation.
    np.testing.assert_allclose(part.slices[5:, ..., 1], whole.slices[5:, ..., 1], atol=0.25)
    assert np.ptp(part.slices[:5, ..., 1]) == 0


@pytest.mark.parametrize(("slices", "fits"), [(8, True), (20, False)])
def test_t1_must_show_half_of_the_head(head: Any, slices: int, fits: bool) -> None:
    t1 = head.t1.array.copy()
    t1[:slices] = 0
    if fits:
        assert cut_windows(head.flair.array, t1, SPACING, DEFAULT).slices[..., 1].any()
    else:
        message = r"^T1: expected the head where the FLAIR has it, found \d+% of it there; check that both"
        with pytest.raises(BrainMaskError, match=message):
            cut_windows(head.flair.array, t1, SPACING, DEFAULT)


def test_slices_without_head_are_not_computed(make_head: Callable, make_grid: Callable) -> None:
    # Centres at -117, -111 ... 117 mm. Wider than 32 mm where |z| < 76 sqrt(1 - (16/64)^2) = 73.6.
    made = make_head(make_grid((128, 144, 40)))
    found = cut_windows(made.flair.array, made.t1.array, SPACING, DEFAULT)
    assert found.indices.tolist() == list(range(8, 32))
    assert len(found.slices) == 24


def test_end_slices_are_not_computed(head: Any) -> None:
    found = cut_windows(head.flair.array, None, SPACING, replace(DEFAULT, end_slice_fraction=0.125))
    assert found.indices.tolist() == list(range(3, 21))


def ellipsoid(grid: Grid, where: NDArray[np.float64], axes: tuple[float, ...]) -> NDArray[np.bool_]:
    return np.sum((where / axes) ** 2, axis=-1) < 1


def dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


@pytest.mark.parametrize("modality", ["flair", "t1"])
@pytest.mark.parametrize(("which", "axes"), [("head", SCALP_MM), ("stripped_head", BRAIN_MM)])
def test_head_mask(
    request: pytest.FixtureRequest,
    voxel_positions_mm: Callable,
    which: str,
    axes: tuple[float, ...],
    modality: str,
) -> None:
    volume = getattr(request.getfixturevalue(which), modality)
    expected = ellipsoid(volume.grid, voxel_positions_mm(volume.grid), axes)
    found = head_mask(volume.array, SPACING, modality)
    assert dice(found, expected) > 0.96  # the blur moves the edge by about a pixel
    # No holes: skull and ventricles belong to the head.
    assert found[ellipsoid(volume.grid, voxel_positions_mm(volume.grid), tuple(0.9 * a for a in axes))].all()


def test_head_mask_leaves_out_what_lies_apart(head: Any) -> None:
    image = head.flair.array.copy()
    image[10, 2:8, 2:8] = 400
    assert not head_mask(image, SPACING, "FLAIR")[:, :9, :9].any()


def test_core_in_numbers() -> None:
    mask = np.zeros((2, 50, 60), bool)
    mask[0, 5:45, 10:50] = True  # 40 x 40 pixels of 2 x 1 mm; the second slice is empty
    core = core_mask(mask, (2.0, 1.0))
    # Deeper than 16 mm: the 9th row (18 mm from the row outside), the 17th column.
    rows, columns = np.flatnonzero(core[0].any(axis=1)), np.flatnonzero(core[0].any(axis=0))
    assert (rows[0], rows[-1]) == (13, 36)
    assert (columns[0], columns[-1]) == (26, 33)
    assert np.count_nonzero(core) == 24 * 8


def test_core_does_not_reach_through_the_images_edge() -> None:
    core = core_mask(np.ones((1, 50, 50), bool), (1.0, 1.0))
    assert np.flatnonzero(core[0].any(axis=0)).tolist() == list(range(16, 34))


def fails(message: str, flair: Array, t1: Array | None, recipe: Recipe = DEFAULT) -> None:
    with pytest.raises(BrainMaskError, match=message):
        cut_windows(flair, t1, SPACING, recipe)


def test_image_without_contrast(head: Any) -> None:
    flat = np.full_like(head.flair.array, 7)
    message = "expected a head on a darker background, found no contrast; look at the image"
    fails(f"^FLAIR: {message}", flat, None)
    fails(f"^T1: {message}", head.flair.array, flat)


def test_head_too_small() -> None:
    image = np.zeros((6, 100, 100), np.float32)
    image[:, 40:60, 40:60] = 100  # 23 mm
    image += np.random.default_rng(0).normal(0, 1, image.shape).astype(np.float32)
    fails("^FLAIR: expected a head at least 32 mm wide, found none; look at the image", image, None)


def test_head_without_tissue(make_head: Callable, make_grid: Callable) -> None:
    image = np.where(make_head(make_grid(), noise=0, stripped=True).flair.array > 0, 100, 0).astype(
        np.float32
    )
    fails("^FLAIR: expected tissue contrast inside the head, found none", image, None)


@pytest.mark.parametrize("recipe", [PAPER, PUBLISHED], ids=lambda recipe: recipe.name)
def test_raw_thresholds_fail_loudly_on_another_scale(stripped_head: Any, recipe: Recipe) -> None:
    message = "FLAIR: expected brain above the recipe's raw intensity threshold, found none; use weights with"
    fails(message, stripped_head.flair.array / 1000, stripped_head.t1.array, recipe)


def test_paper_names_the_t1_too(stripped_head: Any) -> None:
    fails("^T1: expected brain above", stripped_head.flair.array, stripped_head.t1.array / 1000, PAPER)


@pytest.mark.parametrize("recipe", [PAPER, PUBLISHED], ids=lambda recipe: recipe.name)
def test_recipes_that_need_a_t1_say_so(stripped_head: Any, recipe: Recipe) -> None:
    with pytest.raises(InputError, match=f"^T1: the {recipe.name} recipe needs one, found none; give a T1"):
        cut_windows(stripped_head.flair.array, None, SPACING, recipe)


def test_inputs_are_left_as_they_were(case: tuple[Array, Array]) -> None:
    for recipe in (PAPER, PUBLISHED, DEFAULT):
        flair, t1 = case[0].copy(), case[1].copy()
        assert isinstance(cut_windows(flair, t1, (0.95, 0.9), recipe), Windows)
        np.testing.assert_array_equal(flair, case[0])
        np.testing.assert_array_equal(t1, case[1])


@pytest.mark.parametrize("slice_mm", [1.0, 1.6])
def test_thin_slices_are_blurred_across(slice_mm: float) -> None:
    """One bright slice, by hand: SD half of the root of 2² - slice², in mm."""
    slices = np.zeros((21, 4, 5, 2), np.float32)
    slices[10, 1, 2] = 1.0, 3.0
    found = blur_across(Windows(slices, np.arange(21), (0, 0)), slice_mm, 2.0).slices
    sd = 0.5 * np.sqrt(4 - slice_mm**2) / slice_mm
    weights = np.exp(-0.5 * ((np.arange(21) - 10) / sd) ** 2)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[:, 1, 2, 0], weights / weights.sum(), atol=2e-4)
    np.testing.assert_allclose(found[:, 1, 2, 1], 3 * weights / weights.sum(), atol=6e-4)
    assert np.count_nonzero(found.any(axis=(0, 3))) == 1


@pytest.mark.parametrize(("slice_mm", "profile_mm"), [(2.0, 2.0), (5.0, 2.0), (1.0, 0.0)])
def test_slices_thick_enough_are_left_as_they_are(slice_mm: float, profile_mm: float) -> None:
    prepared = Windows(np.ones((3, 4, 5, 2), np.float32), np.arange(3), (0, 0))
    assert blur_across(prepared, slice_mm, profile_mm) is prepared
