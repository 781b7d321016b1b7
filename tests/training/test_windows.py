"""Windows cut and augmented on the device: by hand, and against SciPy."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.augmentation.affine import AffineParameters, affine_matrix
from wmhseg.augmentation.intensity import IntensityRange
from wmhseg.datasets.slices import SliceSet
from wmhseg.training.batches import Draw
from wmhseg.training.config import FIRST
from wmhseg.training.windows import Windows

sys.path.insert(0, str(Path(__file__).parent))
from windows_reference import Drawn, one_of, window

IDENTITY = AffineParameters(0.0, 0.0, (1.0, 1.0), False)
CONFIG = replace(FIRST, batch_size=6, patch=40)


def changed(**values: object) -> AffineParameters:
    return AffineParameters(**{**vars(IDENTITY), **values})


def cut(
    array: np.ndarray, parameters: AffineParameters, centre: tuple[float, float], patch: int
) -> np.ndarray:
    """One channel (rows, columns) through the layer."""
    slices = np.zeros((1, *array.shape, 3), np.float16)
    slices[0, ..., 0] = array
    place = np.column_stack([np.linalg.inv(affine_matrix(parameters)), centre])
    draw = {"slice": np.zeros(1, np.int32), "place": place[np.newaxis].astype(np.float32)}
    images, _ = Windows(slices, patch)(draw)
    return np.asarray(images)[0, ..., 0]


def test_identity_cuts_a_window_exactly() -> None:
    array = np.arange(10 * 12).reshape(10, 12)
    # Rows 2-5 and columns 4-7: their centre is (3.5, 5.5).
    np.testing.assert_array_equal(cut(array, IDENTITY, (3.5, 5.5), 4), array[2:6, 4:8])


def test_outside_the_slice_it_is_as_dark_as_the_darkest_pixel() -> None:
    array = np.ones((4, 6))
    array[1, 2] = -7
    found = cut(array, IDENTITY, (1.5, 2.5), 8)
    expected = np.full((8, 8), -7.0)
    expected[2:6, 1:7] = array
    np.testing.assert_array_equal(found, expected)


def single(y: int, x: int) -> np.ndarray:
    array = np.zeros((11, 11))
    array[y, x] = 1
    return array


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        # The window's centre is (5, 5); the voxel lies 1 above it and 3 to the right.
        (changed(mirror=True), (4, 2)),
        (changed(rotation_deg=90.0), (2, 4)),
        (changed(rotation_deg=-90.0), (8, 6)),
        (changed(shear_deg=45.0), (4, 7)),
        (changed(scale_yx=(3.0, 1.0)), (2, 8)),
    ],
)
def test_where_a_voxel_goes(parameters: AffineParameters, place: tuple[int, int]) -> None:
    moved = cut(single(4, 8), parameters, (5.0, 5.0), 11)
    assert np.unravel_index(moved.argmax(), moved.shape) == place
    assert moved[place] == pytest.approx(1, abs=1e-5)


def test_half_a_pixel_is_interpolated_linearly() -> None:
    moved = cut(single(5, 5), IDENTITY, (5.0, 5.5), 11)
    np.testing.assert_allclose(moved[5, 4:6], [0.5, 0.5], atol=1e-6)


def noisy(count: int = 4, size: int = 72) -> SliceSet:
    rng = np.random.default_rng(5)
    labels = np.zeros((count, size, size), np.uint8)
    labels[:, 20:32, 30:44], labels[:, 30:50, 10:26], labels[:, 5:9, 5:9] = 1, 3, 2
    return SliceSet("a", "1", rng.normal(0, 1.5, (count, size, size, 2)).astype(np.float16), labels)


@pytest.mark.parametrize("intensity", [None, IntensityRange(noise=0.0, blur_probability=0.6)])
def test_the_same_as_scipy_does_window_by_window(intensity: IntensityRange | None) -> None:
    one = noisy()
    drawn = Drawn([one, replace(one, name="2", images=-one.images)], replace(CONFIG, intensity=intensity))
    images = np.concatenate([one.images, -one.images])
    labels = np.concatenate([one.labels, one.labels])
    outside = 0
    for step in range(4):
        (draw,) = drawn.draws[step]
        found, truth = drawn.of(draw)
        for n in range(CONFIG.batch_size):
            number = draw["slice"][n]
            expected, label, undecided = window(images[number], labels[number], one_of(draw, n), CONFIG.patch)
            # A pixel whose place is on the slice's edge, but for rounding, may be outside it.
            differs = abs(found[n] - expected).max(axis=-1) > 2e-4
            outside += differs.sum()
            assert undecided.mean() < 0.01
            np.testing.assert_array_equal(truth[n, ..., 0][~undecided], label[~undecided])
    assert outside <= 2


def intensities(**values: object) -> Draw:
    """One window's draw that changes nothing, but for `values`."""
    still = {
        "contrast": (1, 1),
        "brightness": (0, 0),
        "power": (1, 1),
        "noise": (0, 0),
        "kept": (1, 1),
        "blur": ((1,), (1,)),
        "noise_blur": ((1,),),
    }
    draw = {name: np.array([value], np.float32) for name, value in {**still, **values}.items()}
    place = np.array([[[1, 0, 99.5], [0, 1, 99.5]]], np.float32)
    return {"slice": np.zeros(1, np.int32), "noise_seed": np.ones(1, np.int32), "place": place, **draw}


def through(window: np.ndarray, **values: object) -> np.ndarray:
    """A window (200, 200, 2) with changed intensities."""
    slices = np.concatenate([window, np.zeros((200, 200, 1))], axis=-1)[np.newaxis].astype(np.float16)
    images, _ = Windows(slices, 200)(intensities(**values))
    return np.asarray(images)[0]


def test_intensities_by_hand() -> None:
    image = np.zeros((200, 200, 2))
    image[0, :5, 0] = (-4, -1, 0, 1, 6)
    np.testing.assert_allclose(through(image), image, atol=1e-5)
    np.testing.assert_allclose(
        through(image, contrast=(0.5, 1), brightness=(0.25, -1))[0, :5],
        np.stack([(-1.75, -0.25, 0.25, 0.75, 3.25), (-1,) * 5], axis=-1),
        atol=1e-5,
    )
    # The range bent to 0, 0.3 ** 2, 0.4 ** 2, 0.5 ** 2, 1, typical tissue back at 0, and clipped.
    expected = np.clip([10 * (v**2 - 0.16) for v in (0, 0.3, 0.4, 0.5, 1)], -4, 6)
    np.testing.assert_allclose(through(image, power=(2, 1))[0, :5, 0], expected, atol=1e-5)
    for brightness, bound in ((50, 6), (-50, -4)):
        np.testing.assert_array_equal(through(image, brightness=(brightness, brightness)), bound)


def test_a_missing_t1_is_zero_and_flair_stays() -> None:
    image = np.ones((200, 200, 2))
    found = through(image, kept=(1, 0), noise=(0.1, 0.1), brightness=(0.5, 0.5))
    np.testing.assert_array_equal(found[..., 1], 0)
    np.testing.assert_array_equal(
        found[..., 0], through(image, noise=(0.1, 0.1), brightness=(0.5, 0.5))[..., 0]
    )


@pytest.mark.parametrize("blur", [0.0, 0.7, 1.0])
def test_noise_has_the_drawn_size_and_correlation_and_replays(blur: float) -> None:
    """The device's generator draws it: the same for a seed, and in distribution what SciPy makes."""
    steps = np.arange(-3, 4)
    kernel = np.exp(-0.5 * (steps / max(blur, 1e-6)) ** 2)
    values = {"noise": (0.2, 0.05), "noise_blur": (kernel / kernel.sum())[np.newaxis]}
    noise = through(np.zeros((200, 200, 2)), **values)
    np.testing.assert_array_equal(through(np.zeros((200, 200, 2)), **values), noise)
    np.testing.assert_allclose(noise.std(axis=(0, 1)), (0.2, 0.05), rtol=1e-3)
    assert abs(np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1]) < 0.05
    unit = (noise - noise.mean(axis=(0, 1))) / noise.std(axis=(0, 1))
    assert abs((unit**3).mean()) < 0.15
    assert (unit**4).mean() == pytest.approx(3, abs=0.25)  # a normal distribution's
    # White noise blurred by a Gaussian: pixels at a distance d correlate with exp(-d^2 / (4 blur^2)).
    expected = np.exp(-1 / (4 * blur**2)) if blur else 0.0
    for near, far in ((unit[1:], unit[:-1]), (unit[:, 1:], unit[:, :-1])):
        assert (near * far).mean() == pytest.approx(expected, abs=0.03)


def test_noise_differs_between_windows_and_steps() -> None:
    flat = replace(noisy(), images=np.zeros((4, 72, 72, 2), np.float16))
    drawn = Drawn([flat], replace(CONFIG, intensity=IntensityRange(noise=0.2)))
    first, second = drawn[0][0][..., 0], drawn[1][0][..., 0]
    for one, other in ((first[0], first[1]), (first[0], second[0])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.15
