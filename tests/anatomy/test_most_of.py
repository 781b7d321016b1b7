import numpy as np

from wmhseg.anatomy.most_of import most_of
from wmhseg.anatomy.structure import Structure


def test_the_largest_share_and_of_equal_ones_the_first() -> None:
    shares = {
        Structure.OUTSIDE: [0.5, 0.2, 0.3, 0.0],
        Structure.CSF: [0.3, 0.4, 0.3, 0.0],
        Structure.CORTEX: [0.2, 0.4, 0.4, 1.0],
    }
    arrays = {structure: np.array(values, np.float32) for structure, values in shares.items()}
    kept = arrays[Structure.OUTSIDE].copy()
    found = most_of(iter(arrays.items()))
    assert found.dtype == np.uint8
    assert found.tolist() == [Structure.OUTSIDE, Structure.CSF, Structure.CORTEX, Structure.CORTEX]
    np.testing.assert_array_equal(arrays[Structure.OUTSIDE], kept)
