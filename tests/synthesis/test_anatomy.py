import numpy as np

from wmhseg.synthesis.anatomy import FAR_MM, Anatomy
from wmhseg.synthesis.tissues import Tissue


def test_the_box_holds_the_whole_brain(anatomy: Anatomy) -> None:
    white = anatomy.tissues == Tissue.WHITE
    assert white.sum() == (anatomy.brain_tissues == Tissue.WHITE).sum()


def test_every_voxel_knows_its_place_in_mni(anatomy: Anatomy) -> None:
    right = (anatomy.brain_tissues == Tissue.PUTAMEN) & (anatomy.mni[2] < 0)
    centre = [float(axis[right].mean()) for axis in anatomy.mni]
    np.testing.assert_allclose(centre, (0, -1, -25), atol=4.0)


def test_distance_to_the_ventricles(anatomy: Anatomy) -> None:
    ventricles = anatomy.brain_tissues == Tissue.VENTRICLE
    assert (anatomy.ventricle_mm[ventricles] == 0).all()
    assert anatomy.ventricle_mm[~ventricles].min() == 1
    assert anatomy.ventricle_mm.max() == FAR_MM
