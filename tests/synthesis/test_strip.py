import numpy as np

from wmhseg.synthesis.acquisition import build_sampling, sample_acquisition
from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.strip import Stripping, brain_slices


def test_a_lower_level_keeps_more(anatomy: Anatomy) -> None:
    sampling = build_sampling(anatomy, sample_acquisition(np.random.default_rng(3)))
    tight, wide = (brain_slices(anatomy, sampling, Stripping(True, level)) for level in (0.6, 0.35))
    assert tight.sum() < wide.sum()
    assert not (tight & ~wide).any()
