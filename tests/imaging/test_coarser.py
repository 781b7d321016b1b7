"""Coarser images: values stay at their places, on turned and uneven grids too."""

import numpy as np
import pytest

from wmhseg.imaging.coarser import coarser
from wmhseg.io.volume import Grid, Volume

TURN = (0.6, -0.8, 0.0, 0.8, 0.6, 0.0, 0.0, 0.0, 1.0)
FLIP = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("direction", [TURN, FLIP])
@pytest.mark.parametrize(("size", "steps"), [((40, 41, 12), (4, 2, 1)), ((39, 40, 13), (4, 2, 1))])
def test_a_ramp_stays_where_it_is(
    direction: tuple[float, ...], size: tuple[int, int, int], steps: tuple[int, int, int]
) -> None:
    grid = Grid(size, (1.0, 2.0, 5.0), (7.0, -3.0, 11.0), direction)

    def places(on: Grid) -> np.ndarray:
        z, y, x = np.indices(on.shape_zyx)
        index = np.stack([x, y, z], axis=-1) * on.spacing_mm
        return index @ np.reshape(on.direction, (3, 3)).T + on.origin_mm

    ramp = places(grid) @ [1.0, 2.0, 3.0]
    small = coarser(Volume(ramp.astype(np.float32), grid), 4.0)
    assert small.grid.spacing_mm == tuple(s * n for s, n in zip((1.0, 2.0, 5.0), steps, strict=True))
    assert small.grid.size_xyz == tuple(-(-n // step) for n, step in zip(size, steps, strict=True))
    # Off the edges, where the blur knows nothing of what follows.
    inner = (slice(None), slice(3, -3), slice(3, -3))
    np.testing.assert_allclose(small.array[inner], (places(small.grid) @ [1.0, 2.0, 3.0])[inner], atol=2e-4)
