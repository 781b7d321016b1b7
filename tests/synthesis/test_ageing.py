import numpy as np
import pytest

from wmhseg.synthesis.ageing import Ageing, change_sulci, widen_ventricles
from wmhseg.synthesis.tissues import Tissue


def test_ventricles_grow_by_less_than_asked() -> None:
    tissues = np.full((50, 50, 50), Tissue.WHITE, np.uint8)
    tissues[20:30, 20:30, 20:30] = Tissue.VENTRICLE
    before = tissues.copy()
    widen_ventricles(tissues, 3.0)
    grown = tissues == Tissue.VENTRICLE
    assert 1500 < grown.sum() < 16**3
    assert grown[before == Tissue.VENTRICLE].all()
    assert not grown[:16].any()


@pytest.mark.parametrize(("sulci", "change"), [(1.0, -1), (0.0, 0), (-1.0, 1)])
def test_sulci_take_or_give_cortex(sulci: float, change: int) -> None:
    tissues = np.full((30, 30, 30), Tissue.CORTEX, np.uint8)
    tissues[:, :, :15] = Tissue.CSF
    change_sulci(tissues, Ageing(0.0, sulci, seed=1))
    cortex = int((tissues == Tissue.CORTEX).sum())
    assert np.sign(cortex - 30 * 30 * 15) == change
    # The border moves by one voxel at most.
    assert (tissues[:, :, :14] == Tissue.CSF).all()
    assert (tissues[:, :, 16:] == Tissue.CORTEX).all()
