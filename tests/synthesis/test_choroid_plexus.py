import numpy as np

from wmhseg.synthesis.choroid_plexus import detach, paint_fronds
from wmhseg.synthesis.tissues import Tissue


def test_plexus_keeps_off_white_matter_but_stays_at_the_thalamus() -> None:
    tissues = np.full((9, 9, 20), Tissue.WHITE, np.uint8)
    # From left to right: thalamus, 6 voxels of plexus, white matter; plexus above and below too.
    tissues[:, :, :8] = Tissue.THALAMUS
    tissues[:, :, 8:14] = Tissue.CHOROID_PLEXUS
    detach(tissues)
    line = tissues[4, 4]
    assert (line[:8] == Tissue.THALAMUS).all()
    assert (line[8:13] == Tissue.CHOROID_PLEXUS).all()
    # 1 mm from white matter is fluid; 2 mm is not.
    assert line[13] == Tissue.VENTRICLE
    assert (line[14:] == Tissue.WHITE).all()


def test_diagonal_neighbours_are_within_the_gap() -> None:
    tissues = np.full((5, 5, 5), Tissue.CHOROID_PLEXUS, np.uint8)
    tissues[2, 2, 2] = Tissue.CORTEX
    detach(tissues)
    # sqrt(2) mm is near, sqrt(3) is not.
    assert tissues[2, 1, 1] == Tissue.VENTRICLE
    assert tissues[1, 1, 1] == Tissue.CHOROID_PLEXUS
    assert (tissues == Tissue.VENTRICLE).sum() == 6 + 12


def test_a_head_without_plexus_stays_as_it_is() -> None:
    tissues = np.full((5, 5, 5), Tissue.WHITE, np.uint8)
    image = np.ones((5, 5, 5), np.float32)
    detach(tissues)
    paint_fronds(tissues, 1, [(image, 0.1)])
    assert (tissues == Tissue.WHITE).all()
    assert (image == 1).all()


def test_fronds_lie_between_fluid_and_plexus() -> None:
    tissues = np.full((30, 30, 30), Tissue.THALAMUS, np.uint8)
    tissues[5:25, 5:25, 5:25] = Tissue.CHOROID_PLEXUS
    flair, t1 = np.full(tissues.shape, 1.6, np.float32), np.full(tissues.shape, 0.5, np.float32)
    paint_fronds(tissues, 7, [(flair, 0.1), (t1, 0.2)])
    plexus = tissues == Tissue.CHOROID_PLEXUS
    assert (flair[~plexus] == np.float32(1.6)).all()
    share = (flair[plexus] - 0.1) / 1.5
    assert share.min() >= 0
    assert share.max() <= 1
    assert 0.6 < share.mean() < 0.75
    np.testing.assert_allclose((t1[plexus] - 0.2) / 0.3, share, atol=1e-6)
