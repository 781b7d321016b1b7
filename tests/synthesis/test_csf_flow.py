import numpy as np

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.csf_flow import CsfFlow, paint_csf_flow
from wmhseg.synthesis.tissues import FLUID, Tissue, is_any


def test_only_fluid_becomes_brighter(anatomy: Anatomy) -> None:
    image = np.full(anatomy.brain_tissues.shape, 0.2, np.float32)
    paint_csf_flow(image, anatomy, CsfFlow(signal=1.0, midline=0.5, lateral=0.5, seed=2))
    changed = image > 0.2
    assert not changed[~is_any(anatomy.brain_tissues, FLUID)].any()
    assert changed[anatomy.brain_tissues == Tissue.VENTRICLE].any()
    assert image.max() <= 1.0


def test_no_flow_no_change(anatomy: Anatomy) -> None:
    image = np.full(anatomy.brain_tissues.shape, 0.2, np.float32)
    paint_csf_flow(image, anatomy, CsfFlow(signal=1.0, midline=0.0, lateral=0.0, seed=2))
    assert (image == np.float32(0.2)).all()
