"""Refuse two scans that do not seem to show one head: a wrong pairing must give no numbers."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.change.align import Alignment
from wmhseg.change.halfway import Halfway
from wmhseg.errors import RegistrationError
from wmhseg.imaging.head import core_mask, head_mask

# Drawn heads scanned twice, also on other scanners, reach 0.75 to 0.99, different people 0.04 to 0.28.
MIN_COVERED, MOST_APART_MM, MIN_DETAIL = 0.7, 2.0, 0.35
_SKIN_MM = 8.0


def require_one_head(names: tuple[str, str], alignment: Alignment, halfway: Halfway) -> float:
    """Check a registration and return how well the folds fit, as `detail_correlation` does.

    Raises:
        RegistrationError: Too little of the brain is shown by both, the position is not sure, or the folds of
            the brain do not fit.
    """
    said = f"{names[0]} and {names[1]}: expected two scans of one head"
    if alignment.covered < MIN_COVERED:
        raise RegistrationError(
            f"{said}, found {alignment.covered:.0%} of one's brain in the other; "
            f"give scans that share at least {MIN_COVERED:.0%}"
        )
    if alignment.apart_mm > MOST_APART_MM:
        raise RegistrationError(
            f"{said}, found two positions {alignment.apart_mm:.1f} mm apart that fit "
            f"(at most {MOST_APART_MM:g} mm); check that both show one person"
        )
    detail = detail_correlation(halfway)
    if detail < MIN_DETAIL:
        raise RegistrationError(
            f"{said}, found folds that do not fit (correlation {detail:.2f} of at least {MIN_DETAIL}); "
            "check that both show one person"
        )
    return detail


def detail_correlation(halfway: Halfway) -> float:
    """Return how well the fine structure of both FLAIRs correlates in the inner head."""
    spacing = halfway.grid.spacing_mm
    images = [time.flair for time in halfway.times]
    inside = np.logical_and(
        *(
            core_mask(head_mask(image, (spacing[1], spacing[0]), "FLAIR"), (spacing[1], spacing[0]), _SKIN_MM)
            for image in images
        )
    )
    if not inside.any():
        return 0.0
    one, other = (_detail(image, inside, spacing[0])[inside] for image in images)
    return float(np.corrcoef(one, other)[0, 1])


def _detail(image: NDArray[np.float32], inside: NDArray[np.bool_], pixel_mm: float) -> NDArray[np.float32]:
    """Return what lies between about 2 and 8 mm in-plane, without single bright or dark spots."""
    fine = ndimage.gaussian_filter(image, (0, 1.0 / pixel_mm, 1.0 / pixel_mm))
    coarse = ndimage.gaussian_filter(image, (0, 4.0 / pixel_mm, 4.0 / pixel_mm))
    detail = fine - coarse
    low, high = np.percentile(detail[inside], (5, 95))
    return np.clip(detail, low, high)
