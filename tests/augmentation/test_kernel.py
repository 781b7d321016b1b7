"""Kernels against scipy.ndimage's."""

import numpy as np
import pytest
from scipy import ndimage

from wmhseg.augmentation.kernel import gaussian_kernels


@pytest.mark.parametrize("truncate", [2.5, 4.0])
def test_kernels_are_those_of_scipy(truncate: float) -> None:
    sd = np.array([[0.0, 0.1], [0.3, 0.62], [0.63, 1.0]])
    found = gaussian_kernels(sd, 1.0, truncate)
    size = 2 * int(truncate + 0.5) + 1
    assert found.shape == (3, 2, size)
    assert found.dtype == np.float32
    point = np.zeros(size)
    point[size // 2] = 1
    for n, c in np.ndindex(3, 2):
        expected = ndimage.gaussian_filter(point, sd[n, c], truncate=truncate) if sd[n, c] else point
        np.testing.assert_allclose(found[n, c], expected, rtol=0, atol=1e-7)
