"""Slices as a scanner takes them: field of view, spacing, slice thickness, gaps, resolution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.fields import separable
from wmhseg.synthesis.interpolate import Finer, sample_finer

# A voxel is labelled when lesions fill at least this much of it.
LABEL_FRACTION = 0.5
_LABEL_BLUR_MM = 0.3


@dataclass(frozen=True)
class Acquisition:
    """One draw.

    Attributes:
        in_plane_mm: Pixel size.
        thickness_mm: Of a FLAIR slice.
        gap_mm: Between slices.
        bottom_mm: Centre of the first slice above the brain's lowest point (negative: below).
        top_mm: Highest place of a slice above the brain's highest point (negative: cut off).
        fov_yx_mm: Field of view.
        shift_yx_mm: Its centre, from the brain's.
        blur_mm: SD of the in-plane point spread of FLAIR and T1.
        profile: SD of the slice profile's edges, as a fraction of the thickness.
        t1_thickness_mm: Of the T1, which is sampled at the FLAIR's slices.
        t1_shift_mm: Misregistration of the T1 (z, y, x).
        finer: What is interpolated when the scan is stored.
    """

    in_plane_mm: float
    thickness_mm: float
    gap_mm: float
    bottom_mm: float
    top_mm: float
    fov_yx_mm: tuple[float, float]
    shift_yx_mm: tuple[float, float]
    blur_mm: tuple[float, float]
    profile: float
    t1_thickness_mm: float
    t1_shift_mm: tuple[float, float, float]
    finer: Finer

    @property
    def stored_mm(self) -> tuple[float, float, float]:
        """Return the distance of stored voxels along x, y, z."""
        pixel = self.in_plane_mm / (1 + self.finer.pixels)
        return pixel, pixel, (self.thickness_mm + self.gap_mm) / (1 + self.finer.slices)


@dataclass(frozen=True)
class Sampling:
    """Matrices (new, old) per axis z, y, x that turn a painting into slices.

    Attributes:
        flair: For the FLAIR.
        t1: For the T1.
        label: For masks.
    """

    flair: list[NDArray[np.float32]]
    t1: list[NDArray[np.float32]]
    label: list[NDArray[np.float32]]


def sample_acquisition(rng: np.random.Generator) -> Acquisition:
    """Draw: a quarter 3D (1-1.5 mm), the rest multi-slice of 2 to 8 mm."""
    three_d = rng.random() < 0.25
    thickness = (
        rng.uniform(1.0, 1.5)
        if three_d
        else rng.choice([rng.uniform(2, 5.5), rng.uniform(5, 8)], p=[0.75, 0.25])
    )
    gap = 0.0 if three_d or rng.random() < 0.35 else rng.uniform(0, 0.35) * thickness
    gap = min(gap, 8.5 - thickness)
    cut_low, cut_high = rng.random() < 0.2, rng.random() < 0.15
    fov = rng.uniform(205, 256)
    shift = rng.normal(0, 5.0, 2)
    moved = rng.normal(0, 0.5, 3) * bool(rng.random() < 0.6)
    return Acquisition(
        in_plane_mm=float(rng.uniform(0.8, 1.25)),
        thickness_mm=float(thickness),
        gap_mm=float(gap),
        bottom_mm=float(rng.uniform(5, 40) if cut_low else rng.uniform(-10, 12)),
        top_mm=float(rng.uniform(-25, 0) if cut_high else rng.uniform(0, 10)),
        fov_yx_mm=(float(fov), float(fov * rng.choice([1.0, rng.uniform(0.8, 1)]))),
        shift_yx_mm=(float(shift[0]), float(shift[1])),
        blur_mm=(float(rng.uniform(0.25, 0.65)), float(rng.uniform(0.25, 0.65))),
        profile=float(rng.uniform(0.03, 0.25)),
        t1_thickness_mm=float(rng.uniform(1, 1.6) if rng.random() < 0.5 else thickness),
        t1_shift_mm=(float(moved[0]), float(moved[1]), float(moved[2])),
        finer=sample_finer(rng, thickness),
    )


def build_sampling(anatomy: Anatomy, parameters: Acquisition) -> Sampling:
    """Return the matrices for FLAIR, T1 and labels."""
    shape = anatomy.tissues.shape
    centres = _centres(anatomy, parameters)
    pixel, thickness = parameters.in_plane_mm, parameters.thickness_mm

    def matrices(
        thickness: float, blur: float, profile: float, shift: tuple[float, float, float]
    ) -> list[NDArray[np.float32]]:
        widths, sigmas = (thickness, pixel, pixel), (max(profile * thickness, 0.3), blur, blur)
        return [
            sampling_matrix(centres[axis] + shift[axis], shape[axis], widths[axis], sigmas[axis])
            for axis in range(3)
        ]

    still = (0.0, 0.0, 0.0)
    return Sampling(
        flair=matrices(thickness, parameters.blur_mm[0], parameters.profile, still),
        t1=matrices(
            parameters.t1_thickness_mm, parameters.blur_mm[1], parameters.profile, parameters.t1_shift_mm
        ),
        label=matrices(thickness, _LABEL_BLUR_MM, 0.0, still),
    )


def sampling_matrix(
    centres: NDArray[np.float64], length: int, width: float, sigma: float
) -> NDArray[np.float32]:
    """Return weights (len(centres), length) of voxels seen through a box blurred by a Gaussian.

    The profile is integrated over each voxel, so rows that lie inside sum to exactly 1.

    Args:
        centres: Where to sample, in voxels of 1 mm.
        length: Number of voxels along the axis.
        width: Of the box, mm.
        sigma: SD of the Gaussian, mm.
    """
    away = np.arange(length) - centres[:, None]
    far, near = (width + 1) / 2, (width - 1) / 2
    weights = _ramp(away + far, sigma) - _ramp(away + near, sigma)
    weights += _ramp(away - far, sigma) - _ramp(away - near, sigma)
    return np.asarray(weights / width, np.float32)


def _ramp(distance: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Return the second antiderivative of a Gaussian."""
    unit = distance / sigma
    return np.asarray(distance * ndtr(unit) + sigma * np.exp(-(unit**2) / 2) / np.sqrt(2 * np.pi))


def take_slices(image: NDArray[np.float32], matrices: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return slices (Z, Y, X) of an image at 1 mm."""
    return separable(image, matrices)


def take_box(
    anatomy: Anatomy, image: NDArray[np.float32], matrices: list[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return slices (Z, Y, X) of an image (z, y, x) in the anatomy's box, 0 around it."""
    return take_slices(image, [m[:, part] for m, part in zip(matrices, anatomy.box, strict=True)])


def label_slices(anatomy: Anatomy, mask: NDArray[np.bool_], sampling: Sampling) -> NDArray[np.bool_]:
    """Return the slices' voxels that a mask (z, y, x, in the anatomy's box) fills enough to be labelled."""
    return np.asarray(take_box(anatomy, mask.astype(np.float32), sampling.label) >= LABEL_FRACTION)


def _centres(anatomy: Anatomy, parameters: Acquisition) -> list[NDArray[np.float64]]:
    """Return the voxels' centres along z, y, x, in voxels of the anatomy."""
    z_box, *in_plane = anatomy.box
    step = parameters.thickness_mm + parameters.gap_mm
    low = max(z_box.start + parameters.bottom_mm, parameters.thickness_mm / 2)
    high = min(z_box.stop - 1 + parameters.top_mm, anatomy.tissues.shape[0] - 1)
    centres = [np.arange(low, high, step)]
    for part, fov, shift in zip(in_plane, parameters.fov_yx_mm, parameters.shift_yx_mm, strict=True):
        count = int(fov / parameters.in_plane_mm)
        middle = (part.start + part.stop - 1) / 2 + shift
        centres.append(middle + (np.arange(count) - (count - 1) / 2) * parameters.in_plane_mm)
    return centres
