import numpy as np

from wmhseg.imaging.nearest import nearest
from wmhseg.io.volume import Grid, Volume

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def test_labels_keep_their_numbers_and_are_none_outside():
    labels = Volume(
        np.array([[[0, 7, 70000]]], np.int32), Grid((3, 1, 1), (1.0, 1.0, 1.0), (0, 0, 0), IDENTITY)
    )
    # Centres at 0.6, 1.6, 2.6 and 3.6 mm: two lie beyond the last edge, at 2.5 mm.
    found = nearest(labels, Grid((4, 1, 1), (1.0, 1.0, 1.0), (0.6, 0.0, 0.0), IDENTITY))
    assert found.tolist() == [[[7, 70000, 0, 0]]]
