from dataclasses import replace

import numpy as np
import pytest

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.csf_flow import CsfFlow
from wmhseg.synthesis.heads import LesionMask
from wmhseg.synthesis.lesions import draw_lesions, sample_lesions
from wmhseg.synthesis.normal_bright import NormalBright
from wmhseg.synthesis.paint import Painting, PaintParameters, paint, sample_paint
from wmhseg.synthesis.pathology import Pathology, sample_pathology
from wmhseg.synthesis.tissues import Tissue


@pytest.fixture(scope="module")
def parameters(plain: NormalBright) -> PaintParameters:
    """Rims, and lesions 2 SD above white matter on FLAIR and 1 SD below on T1; no texture."""
    drawn = sample_paint(np.random.default_rng(6))
    return replace(
        drawn,
        flair=replace(drawn.flair, texture=0.0, grain=0.0),
        t1=replace(drawn.t1, texture=0.0, grain=0.0),
        look=replace(drawn.look, flair_sd=2.0, t1_sd=1.0, border_mm=0.4, texture=0.0, dull=0.0),
        bright=replace(plain, rim_sd=2.0),
        flow=CsfFlow(1.0, 0.0, 0.0, 0),
    )


@pytest.fixture(scope="module")
def lesions(anatomy: Anatomy, masks: list[LesionMask]) -> np.ndarray:
    """A few millilitres in white matter."""
    drawn = replace(sample_lesions(np.random.default_rng(1), masks), load_ml=8.0, deep=False)
    return draw_lesions(anatomy, masks, drawn)


@pytest.fixture(scope="module")
def healthy(anatomy: Anatomy) -> Pathology:
    """No other pathology."""
    nothing = np.zeros(anatomy.brain_tissues.shape, bool)
    return Pathology(nothing, nothing, nothing, sample_pathology(np.random.default_rng(0)))


@pytest.fixture(scope="module")
def painted(
    anatomy: Anatomy, lesions: np.ndarray, healthy: Pathology, parameters: PaintParameters
) -> Painting:
    """The phantom with lesions."""
    return paint(anatomy, lesions, healthy, parameters)


def test_the_base_has_no_lesions(anatomy: Anatomy, lesions: np.ndarray, painted: Painting) -> None:
    np.testing.assert_allclose(painted.flair.base[anatomy.box][lesions], 1, rtol=1e-6)
    np.testing.assert_allclose(painted.t1.base[anatomy.box][lesions], 1, rtol=1e-6)


def test_lesions_have_the_drawn_contrast(anatomy: Anatomy, lesions: np.ndarray, painted: Painting) -> None:
    far = (anatomy.ventricle_mm > 10) & ~lesions & (anatomy.brain_tissues == Tissue.WHITE)
    assert np.median(painted.flair.change[far]) == pytest.approx(0, abs=1e-3)
    assert np.median(painted.flair.change[lesions]) == pytest.approx(2.0, rel=0.2)
    assert painted.flair.change[lesions].min() > 0
    assert np.median(painted.t1.change[lesions]) == pytest.approx(-1.0, rel=0.2)


def test_rims_are_bright_without_lesions(
    anatomy: Anatomy, healthy: Pathology, parameters: PaintParameters
) -> None:
    without = paint(anatomy, healthy.core, healthy, parameters)
    rim = (anatomy.brain_tissues == Tissue.WHITE) & (anatomy.ventricle_mm == 1)
    assert without.flair.change[rim].mean() > 1
    # On T1 half as dark as a lesion as bright as the rim: at most 0.5 * 2 / 2 * 1 SD (times a patch of 1.5).
    assert -0.8 < without.t1.change[rim].mean() < -0.2
    assert not without.t1.change[anatomy.ventricle_mm >= 12].min() < -0.01


def test_cores_of_other_pathology_are_dark_and_rims_bright(
    anatomy: Anatomy, parameters: PaintParameters
) -> None:
    core = np.zeros(anatomy.brain_tissues.shape, bool)
    rim = core.copy()
    places = np.argwhere((anatomy.brain_tissues == Tissue.WHITE) & (anatomy.ventricle_mm > 10))
    core[tuple(places[:200].T)], rim[tuple(places[200:400].T)] = True, True
    drawn = replace(sample_pathology(np.random.default_rng(0)), core=1.0, rim_sd=1.5)
    flair = paint(
        anatomy, np.zeros_like(core), Pathology(core, rim, np.zeros_like(core), drawn), parameters
    ).flair
    fluid = parameters.flair.means[Tissue.VENTRICLE]
    np.testing.assert_allclose(flair.base[anatomy.box][core], fluid, rtol=1e-5)
    assert (flair.change[core] == 0).all()
    assert (flair.change[rim] == 1.5).all()
