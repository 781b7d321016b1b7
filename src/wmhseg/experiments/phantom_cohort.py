"""A small cohort of phantom heads from three invented scanners, to try every experiment in minutes.

The scanners differ as those of the paper do (Li et al. 2018, Table 1): voxel size, field of view,
slices, contrast, noise and intensity scale. A head is a nest of ellipsoids with bright ellipsoids
for WMH, dark on T1, and bright spots without a label, which T1 does not show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.datasets.cases import write_images
from wmhseg.io.volume import Grid, Volume
from wmhseg.io.writing import make_folder, write_json

COHORT = "cohort.json"
PHANTOM_NOTE = "synthetic phantom heads of three invented scanners; the numbers say nothing about real scans"

# Semi-axes x, y, z in mm: scalp, skull, CSF, cortex, white matter, ventricles; each inside the one before.
_SHELLS_MM = ((66, 78, 76), (61, 73, 71), (57, 69, 67), (55, 67, 65), (50, 62, 60), (9, 24, 14))
_WHITE, _VENTRICLES = 4, 5
_LESIONS, _SPOTS = (5, 11), 4
_LESION_MM, _SPOT_MM = (3.5, 11.0), (3.0, 6.0)


@dataclass(frozen=True)
class Style:
    """One scanner.

    Attributes:
        site: Folder of its cases.
        size_xyz: Voxels.
        spacing_mm: Voxel size.
        flair: Signal of the six shells, lesions and spots; brain above 70 as the paper's recipe wants.
        t1: The same for T1, brain above 30.
        noise: SD of the noise.
        bias: Of the coils: signal at one side against the middle.
        blur_px: SD of the in-plane point spread.
    """

    site: str
    size_xyz: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    flair: tuple[float, ...]
    t1: tuple[float, ...]
    noise: float
    bias: float
    blur_px: float


STYLES = (
    Style(
        "scanner_a",
        (72, 72, 8),
        (2.4, 2.45, 12.0),
        (150, 30, 60, 150, 135, 50, 290, 235),
        (220, 35, 60, 120, 165, 55, 120, 165),
        noise=6,
        bias=0.1,
        blur_px=0.5,
    ),
    Style(
        "scanner_b",
        (76, 70, 8),
        (2.5, 2.5, 12.0),
        (420, 80, 150, 400, 380, 120, 700, 590),
        (600, 100, 150, 380, 560, 140, 410, 560),
        noise=20,
        bias=0.2,
        blur_px=0.4,
    ),
    Style(
        "scanner_c",
        (66, 80, 10),
        (2.45, 2.1, 9.0),
        (260, 40, 95, 215, 190, 90, 320, 280),
        (300, 40, 70, 150, 260, 60, 190, 260),
        noise=17,
        bias=0.3,
        blur_px=0.8,
    ),
)


@dataclass(frozen=True)
class Phantom:
    """A labelled case: FLAIR, T1 and reference mask (1 = WMH) on one grid."""

    flair: Volume
    t1: Volume
    truth: Volume


def write_cohort(output: Path, count: int, seed: int) -> Iterator[str]:
    """Write case folders SITE/CASE, `count` for each scanner, and yield each one's name.

    Raises:
        OutputError: The folder cannot be written.
    """
    mark_cohort(output, PHANTOM_NOTE)
    for style in STYLES:
        for number in range(count):
            phantom = make_phantom(style, (seed, number))
            yield write_case(output / style.site / f"case_{number:02d}", phantom)


def mark_cohort(output: Path, note: str) -> None:
    """Write what a cohort is, for every table and figure made from it.

    Raises:
        OutputError: The folder cannot be written.
    """
    make_folder(output)
    write_json(output / COHORT, {"note": note})


def write_case(folder: Path, phantom: Phantom) -> str:
    """Write one case as the challenge's organisers hand them out; return SITE/CASE."""
    write_images(folder, phantom.flair, phantom.t1, phantom.truth)
    return f"{folder.parent.name}/{folder.name}"


def make_phantom(style: Style, seed: tuple[int, int]) -> Phantom:
    """Make one case: the same style and seed give the same voxels."""
    rng = np.random.default_rng((*seed, STYLES.index(style) if style in STYLES else len(STYLES)))
    grid, where = _grid(style)
    scale, shift = rng.uniform(0.93, 1.03, 3), rng.uniform(-4, 4, 3) * (1, 1, 0.5)
    where = (where - shift) / scale
    inside = [_fraction(where, axes) for axes in _SHELLS_MM]
    lesions = _blobs(where, rng, int(rng.integers(*_LESIONS)), _LESION_MM)
    spots = _blobs(where, rng, _SPOTS, _SPOT_MM)
    white = inside[_WHITE] * (1 - inside[_VENTRICLES])
    inside += [lesions * white, spots * white * (lesions == 0)]
    field = 1 + style.bias * where[..., 0] / 70 * rng.choice((-1, 1))
    images = []
    for values in (style.flair, style.t1):
        image = np.full(grid.shape_zyx, 0.02 * max(values))
        # Lesions and spots are painted last: each layer covers what lies below.
        for fraction, value in zip(inside, values, strict=True):
            image += fraction * (value * rng.uniform(0.97, 1.03) - image)
        image = ndimage.gaussian_filter(image * field, (0, style.blur_px, style.blur_px))
        image += rng.normal(0, style.noise, image.shape)
        images.append(Volume(np.abs(image).astype(np.float32), grid))
    return Phantom(images[0], images[1], Volume((inside[-2] >= 0.5).astype(np.uint8), grid))


def _grid(style: Style) -> tuple[Grid, NDArray[np.float64]]:
    """Return a grid about the origin and the LPS position of each voxel (Z, Y, X, 3)."""
    middle = (np.asarray(style.size_xyz) - 1) / 2 * style.spacing_mm
    x, y, z = (-middle).tolist()
    identity = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    grid = Grid(style.size_xyz, style.spacing_mm, (x, y, z), identity)
    indices = np.moveaxis(np.indices(grid.shape_zyx, dtype=float)[::-1], 0, -1)
    return grid, indices * style.spacing_mm - middle


def _blobs(
    where: NDArray[np.float64], rng: np.random.Generator, count: int, radius_mm: tuple[float, float]
) -> NDArray[np.float64]:
    """Draw ellipsoids in white matter, most of them beside the ventricles."""
    drawn = np.zeros(where.shape[:-1])
    for _ in range(count):
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        centre = direction * rng.uniform(0.4, 0.75) * _SHELLS_MM[_WHITE] * (1, 1, 0.6)
        radii = rng.uniform(*radius_mm, 3)
        drawn = np.maximum(drawn, _fraction(where - centre, tuple(radii)))
    return drawn


def _fraction(where: NDArray[np.float64], semi_axes_mm: tuple[float, ...]) -> NDArray[np.float64]:
    """Return 1 inside an ellipsoid, 0 outside, with an edge of about 2 mm."""
    radius = np.sqrt(np.sum((where / semi_axes_mm) ** 2, axis=-1))
    return np.clip(0.5 + (1 - radius) * min(semi_axes_mm) / 2, 0, 1)
