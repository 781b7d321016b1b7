"""FLAIR and T1 of a head at 1 mm, without a scanner's shortcomings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.choroid_plexus import paint_fronds
from wmhseg.synthesis.contrast import Contrast, paint_tissues, sample_flair_contrast, sample_t1_contrast
from wmhseg.synthesis.csf_flow import CsfFlow, paint_csf_flow, sample_csf_flow
from wmhseg.synthesis.lesion_look import LesionLook, lesion_strength, sample_lesion_look
from wmhseg.synthesis.normal_bright import NormalBright, normal_brightness, sample_normal_bright
from wmhseg.synthesis.pathology import Pathology
from wmhseg.synthesis.tissues import PARENCHYMA, Tissue, is_any

# Rims of other pathology are a little dark on T1.
_T1_RIM_SD = 0.3
# Rims and bands of the ventricles are darker on T1 too, but less than lesions as bright on FLAIR.
_T1_RIM_SHARE = 0.5


@dataclass(frozen=True)
class PaintParameters:
    """Everything random about signals."""

    flair: Contrast
    t1: Contrast
    look: LesionLook
    bright: NormalBright
    flow: CsfFlow


@dataclass(frozen=True)
class Layers:
    """One image at 1 mm, in two layers whose sum depends on the scan.

    Attributes:
        base: (Z, Y, X) float32 without lesions; white matter is about 1, air 0.
        change: (z, y, x) float32 in the anatomy's box: what lesions and normal bright tissue add,
            in robust SDs of the scanned base.
    """

    base: NDArray[np.float32]
    change: NDArray[np.float32]


@dataclass(frozen=True)
class Painting:
    """Both images, and what of the FLAIR's brightness may be WMH.

    Attributes:
        flair: The FLAIR.
        t1: The T1.
        judged: (z, y, x) float32 in the anatomy's box: rims, haze and bands, in robust SDs.
        septum: The septum's brightness, likewise.
    """

    flair: Layers
    t1: Layers
    judged: NDArray[np.float32]
    septum: NDArray[np.float32]


def sample_paint(rng: np.random.Generator) -> PaintParameters:
    """Draw signals."""
    return PaintParameters(
        sample_flair_contrast(rng),
        sample_t1_contrast(rng),
        sample_lesion_look(rng),
        sample_normal_bright(rng),
        sample_csf_flow(rng),
    )


def paint(
    anatomy: Anatomy, lesions: NDArray[np.bool_], pathology: Pathology, parameters: PaintParameters
) -> Painting:
    """Paint a head.

    Args:
        anatomy: The head.
        lesions: (z, y, x) in its box.
        pathology: Other pathology in its box.
        parameters: Signals.
    """
    tissues = anatomy.brain_tissues
    strength = lesion_strength(lesions, parameters.look) * is_any(tissues, (*PARENCHYMA, Tissue.CORTEX))
    normal = normal_brightness(anatomy, parameters.bright)
    bright = normal.total
    # Normal brightness does not add to a lesion's: its contrast is as drawn.
    np.maximum(bright, parameters.look.flair_sd * strength, out=bright)
    rim_like = np.clip(normal.judged / parameters.look.flair_sd, 0, 1)
    dark = -parameters.look.t1_sd * np.maximum(strength, _T1_RIM_SHARE * rim_like)
    bright[pathology.rim], dark[pathology.rim] = pathology.parameters.rim_sd, -_T1_RIM_SD
    fluid_filled = pathology.core | pathology.spaces
    bright[fluid_filled] = dark[fluid_filled] = 0
    flair = paint_tissues(anatomy.tissues, parameters.flair)
    t1 = paint_tissues(anatomy.tissues, parameters.t1)
    paint_csf_flow(flair[anatomy.box], anatomy, parameters.flow)
    images = [
        (image[anatomy.box], contrast.means[Tissue.VENTRICLE])
        for image, contrast in ((flair, parameters.flair), (t1, parameters.t1))
    ]
    # No draw of its own, which would change every draw after it. `normal_brightness` takes up to + 2.
    paint_fronds(tissues, parameters.bright.seed + 3, images)
    for inside, fluid in images:
        inside[fluid_filled] += pathology.parameters.core * (fluid - inside[fluid_filled])
    return Painting(Layers(flair, bright), Layers(t1, dark), normal.judged, normal.septum)
