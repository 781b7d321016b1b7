import numpy as np

from wmhseg.synthesis.fields import separable, smooth_field


def test_field_has_unit_spread_and_is_smooth() -> None:
    field = smooth_field((60, 64, 68), 5.0, seed=3)
    assert field.shape == (60, 64, 68)
    assert field.dtype == np.float32
    assert abs(field.mean()) < 0.1
    assert 0.85 < field.std() < 1.15
    # Hills of 5 mm: neighbours differ little, voxels 15 mm apart are unrelated.
    assert np.abs(np.diff(field, axis=2)).mean() < 0.3
    assert abs(np.corrcoef(field[15:].ravel(), field[:-15].ravel())[0, 1]) < 0.2


def test_field_depends_on_the_seed_alone() -> None:
    assert np.array_equal(smooth_field((9, 9, 9), 4.0, 1), smooth_field((9, 9, 9), 4.0, 1))
    assert not np.array_equal(smooth_field((9, 9, 9), 4.0, 1), smooth_field((9, 9, 9), 4.0, 2))


def test_separable_multiplies_every_axis() -> None:
    rng = np.random.default_rng(0)
    array = rng.normal(size=(4, 5, 6)).astype(np.float32)
    z, y, x = (rng.normal(size=s).astype(np.float32) for s in ((2, 4), (7, 5), (3, 6)))
    expected = np.einsum("az,by,cx,zyx->abc", z, y, x, array)
    np.testing.assert_allclose(separable(array, [z, y, x]), expected, rtol=1e-4, atol=1e-5)
