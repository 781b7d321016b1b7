"""Quality flags: none for a good head, the right one for each thing done to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wmhseg.imaging.quality import LIMITS, Check, check_scan, deep_intensities
from wmhseg.io.volume import read_volume
from wmhseg.recipe import DEFAULT
from wmhseg.segmentation.prepare_scan import to_working_grid
from wmhseg.segmentation.read_scan import Scan

Array = Any
SPACING = (6.0, 1.15, 1.15)


def values(flair: Array, t1: Array | None, spacing: Any = SPACING) -> dict[str, float | None]:
    return {check.name: check.value for check in check_scan(flair, t1, spacing)}


def raised(flair: Array, t1: Array | None, spacing: Any = SPACING) -> set[str]:
    return {check.name for check in check_scan(flair, t1, spacing) if check.raised}


# The drawn head has no real contrast: its own flags are the ground that others are compared with.
IGNORED = {"contrast"}


@pytest.fixture(scope="module")
def pair(head: Any) -> tuple[Array, Array]:
    return head.flair.array, head.t1.array


@pytest.mark.parametrize(
    ("value", "low", "high", "is_raised"),
    [
        (6.0, None, 6.0, False),
        (6.1, None, 6.0, True),
        (0.9, 1.0, 2.0, True),
        (1.0, 1.0, 2.0, False),
        (None, 1.0, 2.0, False),
    ],
)
def test_a_flag_is_a_value_outside_its_limits(
    value: float | None, low: float | None, high: float | None, is_raised: bool
) -> None:
    assert Check("name", value, low, high, "").raised is is_raised


def test_every_check_is_there_in_order(pair: tuple[Array, Array]) -> None:
    checks = check_scan(*pair, SPACING)
    assert [check.name for check in checks] == list(LIMITS)
    assert all(check.value is not None and check.explanation for check in checks)


def test_a_good_head(pair: tuple[Array, Array]) -> None:
    found = values(*pair)
    assert raised(*pair) - IGNORED == set()
    assert found["slice_spacing_mm"] == 6.0
    # Half-axes of 64, 77 and 76 mm: 4/3 pi abc = 1569 ml, cut at 72 mm above and below.
    assert found["head_ml"] == pytest.approx(1560, rel=0.08)
    assert found["coverage_mm"] == 144.0
    # The outermost row of about 2.3 mm: in its middle a chord of 2 * 64 * sqrt(1 - (75.85 / 77)^2).
    assert found["side_cut_mm"] == pytest.approx(22, abs=2 * 2.3)
    assert found["t1_offset_mm"] == 0.0


def test_without_t1(pair: tuple[Array, Array]) -> None:
    found = values(pair[0], None)
    assert (found["t1_missing"], found["t1_shared"], found["t1_offset_mm"]) == (1.0, None, None)
    assert raised(pair[0], None) - IGNORED == {"t1_missing"}


def test_thick_slices(pair: tuple[Array, Array]) -> None:
    assert raised(*pair, (6.5, 1.15, 1.15)) - IGNORED == {"slice_spacing_mm"}


def test_top_cut_off(pair: tuple[Array, Array]) -> None:
    flair, t1 = (image[:17] for image in pair)  # up to 30 mm above the centre; 102 mm in all
    assert raised(flair, t1) - IGNORED == {"top_cut"}
    assert values(flair, t1)["coverage_mm"] == 102.0


def test_bottom_cut_off(pair: tuple[Array, Array]) -> None:
    flair, t1 = (image[12:] for image in pair)
    assert "coverage_mm" in raised(flair, t1)
    assert values(flair, t1)["coverage_mm"] == 72.0


@pytest.mark.parametrize("side", ["left", "right", "front", "back"])
def test_side_cut_off(pair: tuple[Array, Array], side: str) -> None:
    cut = {
        "left": np.s_[:, :, :-25],
        "right": np.s_[:, :, 25:],
        "front": np.s_[:, 25:],
        "back": np.s_[:, :-25],
    }[side]
    flair, t1 = (image[cut] for image in pair)
    assert "side_cut_mm" in raised(flair, t1)


def test_noise(pair: tuple[Array, Array]) -> None:
    flair, t1 = pair
    deep = deep_intensities(flair, SPACING)
    spread = 1.4826 * float(np.median(np.abs(deep - np.median(deep))))
    noisy = flair + np.random.default_rng(0).normal(0, spread, flair.shape).astype(np.float32)
    assert raised(noisy, t1) - IGNORED == {"noise"}
    # The head was drawn with noise of SD 3.
    assert values(flair, t1)["noise"] == pytest.approx(3 / spread, rel=0.2)


def ghosted(image: Array, strength: float, axis: int) -> Array:
    """Every other line of k-space changed: a copy of the image half the field of view away."""
    return image + strength * np.roll(image, image.shape[axis] // 2, axis=axis)


@pytest.mark.parametrize("axis", [1, 2], ids=["front to back", "left to right"])
def test_ghosts(make_head: Callable, make_grid: Callable, axis: int) -> None:
    made = make_head(make_grid((208, 216, 24), (1.15, 1.15, 6.0)))
    flair, t1 = made.flair.array, made.t1.array
    weak, strong = (values(ghosted(flair, strength, axis), t1)["ghosts"] for strength in (0.05, 0.1))
    assert weak is not None and strong == pytest.approx(2 * weak, rel=0.1)
    assert raised(ghosted(flair, 0.1, axis), t1) - IGNORED == {"ghosts"}


def test_ghosting_ratio_by_hand() -> None:
    flair = np.zeros((5, 100, 100), np.float32)
    flair[:, 20:80, 25:75] = 100.0
    flair[:, :16] = flair[:, 84:] = 8.0
    assert values(flair, flair, (30.0, 2.0, 2.0))["ghosts"] == pytest.approx(0.08)
    flair[:, 84:] = 0.0  # mean of 8 and nothing
    assert values(flair, flair, (30.0, 2.0, 2.0))["ghosts"] == pytest.approx(0.04)


def test_ghosts_need_air_to_be_seen() -> None:
    flair = np.zeros((5, 100, 100), np.float32)
    flair[:, 20:80, 4:96] = 100.0  # 8 mm of air beside it
    assert values(flair, None, (30.0, 2.0, 2.0))["ghosts"] is None


def test_t1_moved(pair: tuple[Array, Array]) -> None:
    flair, t1 = pair
    found = values(flair, np.roll(t1, 4, axis=2))
    assert found["t1_offset_mm"] == pytest.approx(4.6, abs=0.01)  # 4 x 1.15 mm
    assert raised(flair, np.roll(t1, 4, axis=2)) - IGNORED == {"t1_offset_mm"}


def test_t1_with_a_part_missing(pair: tuple[Array, Array]) -> None:
    flair, t1 = pair
    part = t1.copy()
    part[:8] = part.min()
    assert "t1_shared" in raised(flair, part)


def test_fluid_as_bright_as_in_a_t2(pair: tuple[Array, Array]) -> None:
    flair, t1 = pair
    t2 = np.where((t1 < 60) & (t1 > 32), 300, flair)
    assert raised(t2, t1) >= {"fluid"}
    assert raised(t2, None) >= {"fluid"}


def test_exchanged(pair: tuple[Array, Array]) -> None:
    flair, t1 = pair
    assert raised(t1, flair) - IGNORED == {"white", "t1_white"}
    assert raised(t1, None) - IGNORED == {"white", "t1_missing"}


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("upper", [False, True])
def test_half_a_head_in_a_whole_image(pair: tuple[Array, Array], axis: int, upper: bool) -> None:
    flair, t1 = pair[0].copy(), pair[1]
    middle = flair.shape[axis] // 2
    half = slice(middle, None) if upper else slice(middle)
    flair[(slice(None),) * axis + (half,)] = 0
    assert raised(flair, t1) & {"coverage_mm", "side_cut_mm"}


def test_every_other_slice_empty(pair: tuple[Array, Array]) -> None:
    flair = pair[0].copy()
    flair[::2] = 0
    assert raised(flair, pair[1]) >= {"coverage_mm"}


def test_no_head() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (6, 40, 40)).astype(np.float32)
    found = values(noise, noise)
    assert found["head_ml"] == 0.0
    assert "head_ml" in raised(noise, noise)
    assert found["contrast"] is None
    assert deep_intensities(noise, SPACING).size == 0


def test_scale_and_offset_do_not_matter(pair: tuple[Array, Array]) -> None:
    flair, t1 = pair
    plain, other = values(flair, t1), values(flair * 0.01 - 7, t1 * 30 + 500)
    for name, value in plain.items():
        assert other[name] == pytest.approx(value, abs=2e-3), name


def test_a_thin_slice_scan_is_as_good(make_head: Callable, make_grid: Callable) -> None:
    made = make_head(make_grid((128, 144, 144), (1.15, 1.15, 1.0)))
    assert raised(made.flair.array, made.t1.array, (1.0, 1.15, 1.15)) - IGNORED == set()


REAL_FLAGS = {
    "cases/tabriz/a008": {"slice_spacing_mm", "top_cut"},
    "cases/tabriz/a627": {"slice_spacing_mm"},
    "cases/tabriz/b074": {"slice_spacing_mm", "t1_shared"},  # the T1 is empty in its lowest slices
    "raw_pairs/patient04_1": set(),
    "raw_pairs/patient12_1": {"t1_offset_mm"},  # its authors moved the T1 by 2.8 mm
}


@pytest.fixture(scope="module")
def real_pair(real_data: Path) -> Callable[[str], tuple[Array, Array, Any]]:
    def read(name: str) -> tuple[Array, Array, Any]:
        folder = real_data / name
        folder = folder / "pre" if name.startswith("cases") else folder
        flair, t1 = read_volume(folder / "FLAIR.nii.gz"), read_volume(folder / "T1.nii.gz")
        working, _ = to_working_grid(Scan(flair, t1), DEFAULT)
        assert working.t1 is not None
        return working.flair.array, working.t1.array, working.flair.grid.spacing_mm[::-1]

    return read


@pytest.mark.real
@pytest.mark.parametrize("name", REAL_FLAGS)
def test_real_scans_have_the_flags_they_deserve(real_pair: Callable, name: str) -> None:
    assert raised(*real_pair(name)) == REAL_FLAGS[name]


@pytest.mark.real
def test_a_real_scan_spoilt(real_pair: Callable) -> None:
    flair, t1, spacing = real_pair("raw_pairs/patient04_1")
    deep = deep_intensities(flair, spacing)
    spread = 1.4826 * float(np.median(np.abs(deep - np.median(deep))))
    noise = np.random.default_rng(0).normal(0, spread, flair.shape).astype(np.float32)
    assert raised(flair + noise, t1, spacing) == {"noise"}
    assert raised(flair, np.roll(t1, 6, axis=2), spacing) == {"t1_offset_mm"}
    assert raised(flair, np.roll(t1, 1, axis=0), spacing) == {"t1_offset_mm"}
    assert raised(flair[:34], t1[:34], spacing) == {"top_cut"}
    bright = np.minimum(flair, np.median(deep))  # the scanner's range ended at grey matter
    assert "contrast" in raised(bright, t1, spacing)
