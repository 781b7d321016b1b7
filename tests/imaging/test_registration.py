"""A T1 that lies elsewhere comes back; one that fits is left alone; one of nothing is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from wmhseg.errors import RegistrationError
from wmhseg.imaging.registration import (
    Registration,
    agree,
    brain_points_mm,
    distances_mm,
    moved,
    register,
    require_match,
)
from wmhseg.io.volume import Grid, Volume, read_volume


def motion(angles_degrees: tuple[float, float, float], shift_mm: tuple[float, float, float]) -> Any:
    transform = sitk.Euler3DTransform()
    transform.SetRotation(*np.deg2rad(angles_degrees).tolist())
    transform.SetTranslation(shift_mm)
    return transform


def test_moved_changes_the_header_as_the_transform_says() -> None:
    # Voxel (1, 0, 0) lay at (12, 0, 0). A quarter turn about z and 5 mm along x maps p to (5 - y, x, z):
    # the point that is mapped to (12, 0, 0) is (0, -7, 0).
    grid = Grid((4, 4, 4), (2, 2, 2), (10, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    volume = Volume(np.zeros((4, 4, 4), np.float32), grid)
    found = moved(volume, motion((0, 0, 90), (5, 0, 0))).grid
    first_step = np.asarray(found.direction).reshape(3, 3)[:, 0] * 2
    np.testing.assert_allclose(np.asarray(found.origin_mm) + first_step, (0, -7, 0), atol=1e-9)
    assert (found.size_xyz, found.spacing_mm) == ((4, 4, 4), (2, 2, 2))


def test_distances() -> None:
    points = np.array([[0.0, 0, 0], [1, 2, 3]])
    apart = distances_mm(points, motion((0, 0, 0), (3, 0, 4)), sitk.Transform())
    np.testing.assert_allclose(apart, [5, 5])


def test_displaced_head_is_found_and_the_same_each_time(
    head: Any, make_head: Callable, make_grid: Callable
) -> None:
    t1 = make_head(make_grid((96, 112, 80), (1.5, 1.5, 1.8))).t1  # another grid
    # About x the phantom is nearly round, so a turn about it would leave no trace.
    away = motion((0, 0, 8), (9, -7, 8))
    displaced = moved(t1, away)
    found = register(head.flair, displaced)
    require_match(found)
    points = brain_points_mm(head.flair)
    assert distances_mm(points, away.GetInverse(), sitk.Transform()).mean() > 8
    error = distances_mm(points, found.transform, away.GetInverse()).mean()
    assert error < 2, "a third of a slice"
    assert register(head.flair, displaced).transform.GetParameters() == found.transform.GetParameters()


def test_same_grid(head: Any, make_head: Callable, make_grid: Callable) -> None:
    assert agree(head.flair, head.t1)
    other = make_head(make_grid(), shift_mm=(8, 6, 0)).t1
    assert not agree(head.flair, other)


@pytest.mark.parametrize(
    ("information", "sharpness", "covered", "reason"),
    [
        (0.6, 0.5, 0.6, "found 60% of it"),
        (0.3, 0.5, 1.0, "information 0.30"),
        (0.6, 0.3, 1.0, "sharpness 0.30"),
    ],
)
def test_what_cannot_be_right_is_refused(
    information: float, sharpness: float, covered: float, reason: str
) -> None:
    with pytest.raises(RegistrationError, match=rf"^T1: expected .*{reason}"):
        require_match(Registration(motion((0, 0, 0), (0, 0, 0)), 0.0, information, sharpness, covered))


@pytest.mark.real
@pytest.mark.parametrize("name", ["patient04_1", "patient12_1"])
def test_raw_pairs_as_their_authors_registered_them(name: str, real_data: Path) -> None:
    folder = real_data / "raw_pairs" / name
    flair, t1 = read_volume(folder / "FLAIR.nii.gz"), read_volume(folder / "T1.nii.gz")
    found = register(flair, t1)
    require_match(found)
    theirs = sitk.ReadTransform(str(folder / "T1_to_FLAIR.txt"))
    assert distances_mm(brain_points_mm(flair), found.transform, theirs).mean() < 1.0


@pytest.mark.real
def test_displaced_real_t1_with_thick_slices(real_data: Path) -> None:
    folder = real_data / "cases/tabriz/a639/pre"
    flair, t1 = read_volume(folder / "FLAIR.nii.gz"), read_volume(folder / "T1.nii.gz")
    assert agree(flair, t1)
    away = motion((8, -7, 9), (12, -9, 13))
    displaced = moved(t1, away)
    assert not agree(flair, displaced)
    assert not agree(flair, moved(t1, motion((0, 0, 0), (3, -2, 0)))), "3.6 mm"
    found = register(flair, displaced)
    require_match(found)
    assert distances_mm(brain_points_mm(flair), found.transform, away.GetInverse()).mean() < 1.0


@pytest.mark.real
def test_t1_of_another_patient_is_refused(real_data: Path) -> None:
    flair = read_volume(real_data / "cases/tabriz/a627/pre/FLAIR.nii.gz")
    with pytest.raises(RegistrationError, match="check that both show one head"):
        require_match(register(flair, read_volume(real_data / "cases/tabriz/a639/pre/T1.nii.gz")))
