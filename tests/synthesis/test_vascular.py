from dataclasses import replace

import numpy as np
import pytest

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.blobs import Blobs
from wmhseg.synthesis.heads import Head
from wmhseg.synthesis.tissues import DEEP_GREY, Tissue, is_any
from wmhseg.synthesis.vascular import Vascular, draw_clouds, draw_dots

NONE = Blobs(0, (1.0, 3.0), 1.5, 0.1, 0)
ROUND = Vascular((10.0, 0.0), 0.5, 0.0, NONE, NONE, 0)


def test_clouds_have_the_volume_of_their_ellipsoids(anatomy: Anatomy, head: Head) -> None:
    drawn = draw_clouds(anatomy, ROUND)
    # 4/3 pi of 10 x 15 x 8 mm on the right, half of each axis on the left.
    whole = 4 / 3 * np.pi * 10 * 15 * 8 / abs(np.linalg.det(head.mni[:, :3]))
    assert drawn[anatomy.mni[2] < 0].sum() == pytest.approx(whole, rel=0.03)
    assert drawn[anatomy.mni[2] > 0].sum() == pytest.approx(whole / 8, rel=0.05)
    assert anatomy.mni[1][drawn].mean() == pytest.approx(-24, abs=1)


def test_dots_lie_in_deep_grey_and_pons_only(anatomy: Anatomy) -> None:
    tissues = anatomy.brain_tissues.copy()
    tissues[anatomy.mni[0] < -30] = Tissue.BRAINSTEM
    dots = draw_dots(tissues, replace(ROUND, deep_grey=replace(NONE, count=5), pons=replace(NONE, count=3)))
    assert (dots & is_any(tissues, DEEP_GREY)).any()
    assert (dots & (tissues == Tissue.BRAINSTEM)).any()
    assert not (dots & ~is_any(tissues, (*DEEP_GREY, Tissue.BRAINSTEM))).any()


def test_nothing_asked_nothing_drawn(anatomy: Anatomy) -> None:
    assert not draw_clouds(anatomy, replace(ROUND, cloud_mm=(0.0, 0.0))).any()
    assert not draw_dots(anatomy.brain_tissues, ROUND).any()
