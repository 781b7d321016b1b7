"""Which networks make up which repeat."""

from wmhseg.experiments.ensemble_size import draw_ensembles


def test_repeats_share_no_network_where_there_are_enough() -> None:
    assert draw_ensembles(6, 3, 2, 2) == [[0, 1], [3, 4]]
    assert draw_ensembles(6, 3, 2, 3) == [[0, 1, 2], [3, 4, 5]]


def test_a_small_pool_is_gone_around() -> None:
    assert draw_ensembles(3, 2, 3, 2) == [[0, 1], [1, 2], [2, 0]]
