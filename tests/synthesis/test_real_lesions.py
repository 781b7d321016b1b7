import numpy as np

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.heads import LesionMask
from wmhseg.synthesis.real_lesions import RealLesions, move_lesions

STILL = RealLesions(0, (0.0, 0.0, 0.0), 1.0, mirror=False, warp_mm=0.0, level=0.5, seed=0)


def _centre_mm(mask: np.ndarray, anatomy: Anatomy) -> list[float]:
    return [float(axis[mask].mean()) for axis in anatomy.mni]


def test_a_lesion_keeps_its_place_in_mni(anatomy: Anatomy, masks: list[LesionMask]) -> None:
    moved = move_lesions(masks[0], anatomy.mni, STILL)
    np.testing.assert_allclose(_centre_mm(moved, anatomy), (28, -10, 32), atol=0.6)


def test_shift_and_mirror(anatomy: Anatomy, masks: list[LesionMask]) -> None:
    parameters = RealLesions(0, (2.0, 3.0, 0.0), 1.0, mirror=True, warp_mm=0.0, level=0.5, seed=0)
    moved = move_lesions(masks[0], anatomy.mni, parameters)
    np.testing.assert_allclose(_centre_mm(moved, anatomy), (30, -7, -32), atol=0.6)


def test_a_lower_level_grows_the_lesion(anatomy: Anatomy, masks: list[LesionMask]) -> None:
    grown = RealLesions(0, (0.0, 0.0, 0.0), 1.0, mirror=False, warp_mm=0.0, level=0.2, seed=0)
    assert move_lesions(masks[0], anatomy.mni, grown).sum() > move_lesions(masks[0], anatomy.mni, STILL).sum()
