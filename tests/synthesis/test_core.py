import numpy as np
import pytest

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.core import find_core, robust_sd
from wmhseg.synthesis.tissues import Tissue


def test_the_core_is_deep(anatomy: Anatomy) -> None:
    core = find_core(anatomy, stripped=False)
    assert core.shape == anatomy.tissues.shape
    assert set(np.unique(core)) == {0, 1}
    # Depth counts within a slice, so only slices through the brain are free of skin.
    tissues = anatomy.tissues[90:120][core[90:120] == 1]
    assert not np.isin(tissues, (Tissue.AIR, Tissue.SKIN)).any()
    # The phantom's brain begins 15 mm below its skin, so a stripped brain has a smaller core.
    assert find_core(anatomy, stripped=True).sum() < 0.85 * core.sum()


def test_robust_sd_adds_the_noise_to_come() -> None:
    values = np.random.default_rng(0).normal(1, 0.12, 100_000).astype(np.float32)
    assert robust_sd(values, 0.0) == pytest.approx(0.12, abs=0.002)
    assert robust_sd(values, 0.16) == pytest.approx(0.20, abs=0.002)
    assert robust_sd(values, 9.0) == pytest.approx(0.45)
    assert robust_sd(values[:0], 0.0) == pytest.approx(0.45)
