from dataclasses import replace

import numpy as np
from scipy.interpolate import BSpline

from wmhseg.synthesis.contrast import paint_tissues, sample_flair_contrast, sample_t1_contrast
from wmhseg.synthesis.tissues import Tissue


def test_flair_has_dark_fluid_and_cortex_brighter_than_white_matter() -> None:
    for seed in range(50):
        means = sample_flair_contrast(np.random.default_rng(seed)).means
        assert means[Tissue.VENTRICLE] < 0.3
        assert means[Tissue.WHITE] == 1
        assert means[Tissue.CORTEX] > 1.04


def test_t1_goes_from_fluid_over_cortex_to_white_matter() -> None:
    for seed in range(50):
        means = sample_t1_contrast(np.random.default_rng(seed)).means
        assert means[Tissue.VENTRICLE] < 0.4 < means[Tissue.CORTEX] < means[Tissue.THALAMUS] < 1


def test_without_texture_each_tissue_has_its_mean() -> None:
    contrast = replace(sample_flair_contrast(np.random.default_rng(1)), texture=0.0, grain=0.0)
    tissues = np.array([[[Tissue.WHITE, Tissue.CORTEX, Tissue.AIR, Tissue.VENTRICLE]]], np.uint8)
    expected = [1.0, contrast.means[Tissue.CORTEX], 0.0, contrast.means[Tissue.VENTRICLE]]
    np.testing.assert_allclose(paint_tissues(tissues, contrast)[0, 0], expected, rtol=1e-6)


def test_texture_is_a_fraction_of_the_signal() -> None:
    contrast = replace(sample_flair_contrast(np.random.default_rng(1)), texture=0.03, grain=0.04)
    painted = paint_tissues(np.full((60, 60, 60), Tissue.WHITE, np.uint8), contrast)
    assert abs(painted.std() - 0.05) < 0.005


def test_texture_has_hills_of_5_and_of_12_mm() -> None:
    contrast = replace(sample_flair_contrast(np.random.default_rng(1)), texture=0.1, grain=0.0)
    painted = paint_tissues(np.full((120, 120, 120), Tissue.WHITE, np.uint8), contrast)
    # Cubic B-splines over random numbers are correlated as a B-spline of degree 7.
    spline = BSpline.basis_element(np.arange(-4, 5))
    for distance in (4, 8, 12):
        expected = np.mean([spline(distance / scale) / spline(0) for scale in (5, 12)])
        here, there = painted[..., :-distance].ravel(), painted[..., distance:].ravel()
        assert abs(np.corrcoef(here, there)[0, 1] - expected) < 0.07, distance
