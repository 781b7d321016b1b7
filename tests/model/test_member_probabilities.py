"""Mean and disagreement of members, against numbers worked out by hand."""

import numpy as np

from wmhseg.model.member_probabilities import Members, disagreement


def test_by_hand() -> None:
    members = tuple(
        np.array([values], np.float32) for values in ([0.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.4, 0.5])
    )
    np.testing.assert_allclose(Members(members).mean(), [[0.5, 0.8, 0.5]], atol=1e-7)
    # 0, 1, 0.5: sqrt((0.25 + 0.25) / 3); 1, 1, 0.4: sqrt((0.04 + 0.04 + 0.16) / 3).
    found = disagreement(members)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[0.408248, 0.282843, 0.0]], atol=1e-6)


def test_one_member_agrees_with_itself() -> None:
    member = np.random.default_rng(0).random((2, 3)).astype(np.float32)
    np.testing.assert_array_equal(Members((member,)).mean(), member)
    assert not disagreement((member,)).any()
