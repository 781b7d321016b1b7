"""FLAIR, T1, exchanged, the same twice, bright fluid: told apart by what is compact and what is dark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wmhseg.errors import InputError, RegistrationError
from wmhseg.imaging.contrast import EXCHANGED, MOST_ALIKE, Contrast, measure_contrast, require_contrast
from wmhseg.imaging.geometry import resample
from wmhseg.io.volume import Grid, Volume, read_volume

SPACING = (6.0, 1.0, 1.0)


def striped(white: float, grey: float, fluid: float) -> Any:
    """A square head of 160 mm: white matter, every 16 mm 4 mm of grey matter, fluid in a square of 20 mm."""
    image = np.zeros((5, 200, 200), np.float32)
    image[:, 20:180, 20:180] = white
    for first in range(20, 180, 16):
        image[:, 20:180, first : first + 4] = grey
    image[:, 90:110, 90:110] = fluid
    noise = np.random.default_rng(int(white + grey)).normal(0, 2, image.shape)
    return (image + noise).astype(np.float32)


FLAIR, T1, T2 = striped(100, 130, 20), striped(100, 80, 30), striped(80, 100, 240)


def test_a_pair_by_hand() -> None:
    found = measure_contrast(FLAIR, T1, SPACING)
    # The median is about that of white matter.
    assert (found.flair_fluid, found.t1_fluid) == (pytest.approx(0.2, abs=0.01), pytest.approx(0.3, abs=0.01))
    # Two values that exclude each other: one image is nearly the other's negative.
    assert found.alike is not None and -1 < found.alike < -0.9
    # 3 mm off each side leave 6 of 12 mm of white matter and nothing of 4 mm of grey: in three upper slices 8
    # bands of 128 - 6 rows, in two of them less 20 + 6 rows of fluid. 20 is added to each count.
    assert found.t1_white == pytest.approx(np.log((3 * 6 * (8 * 122 - 2 * 26) + 20) / 20), abs=0.05)


def test_exchanged_by_hand() -> None:
    right, wrong = measure_contrast(FLAIR, T1, SPACING), measure_contrast(T1, FLAIR, SPACING)
    assert right.t1_white is not None
    assert wrong.t1_white == pytest.approx(-right.t1_white, abs=0.1)
    assert (wrong.flair_fluid, wrong.t1_fluid) == (pytest.approx(0.3, abs=0.01), pytest.approx(0.2, abs=0.01))


def test_a_t2_by_hand() -> None:
    # 240 in fluid, 80 in white matter.
    assert measure_contrast(T2, T1, SPACING).flair_fluid == pytest.approx(3, abs=0.1)
    assert measure_contrast(T2, None, SPACING).flair_fluid == pytest.approx(3, abs=0.1)
    assert measure_contrast(FLAIR, T2, SPACING).t1_fluid == pytest.approx(3, abs=0.1)


def test_without_a_head_nothing_is_measured() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (6, 40, 40)).astype(np.float32)
    assert measure_contrast(noise, noise, SPACING) == Contrast()


def test_scale_and_offset_do_not_matter(head: Any) -> None:
    spacing = head.flair.grid.spacing_mm[::-1]
    plain = measure_contrast(head.flair.array, head.t1.array, spacing)
    other = measure_contrast(head.flair.array * 0.01 - 7, head.t1.array * 30 + 500, spacing)
    for name, value in vars(plain).items():
        assert getattr(other, name) == pytest.approx(value, abs=0.01), name


def on_another_grid(volume: Volume) -> Volume:
    return resample(
        volume, Grid((100, 112, 34), (1.5, 1.5, 4.3), (-74.6, -83.1, -71.2), volume.grid.direction)
    )


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_right_pair_passes(head: Any, elsewhere: bool) -> None:
    require_contrast(head.flair, on_another_grid(head.t1) if elsewhere else head.t1)


@pytest.mark.parametrize(
    "copy",
    [
        lambda flair: flair,
        lambda flair: Volume(flair.array * 3 - 100, flair.grid),
        lambda flair: Volume(np.round(np.clip(flair.array, 0, 255)).astype(np.uint8), flair.grid),
        lambda flair: Volume(np.sqrt(np.maximum(flair.array, 0)), flair.grid),
        on_another_grid,
    ],
    ids=["itself", "scaled", "8 bit", "root", "other grid"],
)
def test_a_copy_of_the_flair_is_no_t1(head: Any, copy: Callable[[Volume], Volume]) -> None:
    with pytest.raises(
        RegistrationError, match=r"^T1: expected another contrast than the FLAIR's, found the FLAIR"
    ):
        require_contrast(head.flair, copy(head.flair))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_exchanged(head: Any, elsewhere: bool) -> None:
    other = on_another_grid(head.flair) if elsewhere else head.flair
    with pytest.raises(InputError, match=r"^FLAIR: .* the other way round \(-.*\); exchange them$") as caught:
        require_contrast(head.t1, other)
    assert not isinstance(caught.value, RegistrationError), "would be taken for a T1 to be left out"


def test_a_t1_with_bright_fluid_is_none(head: Any) -> None:
    spoilt = head.t1.array.copy()
    spoilt[head.flair.array < 60] = 300
    spoilt[head.t1.array < 32] = 5  # air and skull
    with pytest.raises(
        RegistrationError, match=r"^T1: expected fluid darker than brain, found [12]\.\d\d of"
    ):
        require_contrast(head.flair, Volume(spoilt, head.t1.grid))


@pytest.mark.real
@pytest.mark.parametrize("name", ["tabriz/a639", "tabriz/b755", "ljubljana/p07"])
def test_real_pairs(real_data: Path, name: str) -> None:
    folder = real_data / "cases" / name / "pre"
    flair, t1 = read_volume(folder / "FLAIR.nii.gz"), read_volume(folder / "T1.nii.gz")
    require_contrast(flair, t1)
    with pytest.raises(InputError, match="exchange them"):
        require_contrast(t1, flair)
    with pytest.raises(RegistrationError, match="or a copy of it"):
        require_contrast(flair, flair)


def test_limits_lie_between_what_they_tell_apart(head: Any) -> None:
    spacing = head.flair.grid.spacing_mm[::-1]
    right = measure_contrast(head.flair.array, head.t1.array, spacing)
    wrong = measure_contrast(head.t1.array, head.flair.array, spacing)
    assert right.t1_white is not None and wrong.t1_white is not None and right.alike is not None
    assert wrong.t1_white < EXCHANGED < 0 < right.t1_white
    assert right.alike < MOST_ALIKE
