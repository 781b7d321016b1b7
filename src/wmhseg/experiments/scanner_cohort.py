"""A cohort of three simulated scanners from label maps of heads: what the experiments' real run takes.

Voxel sizes, fields of view and slices are those of the three training scanners (Li et al. 2018,
Table 1). Each scanner has its own contrast, noise and coils, drawn once; heads and lesions differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from wmhseg.experiments.phantom_cohort import Phantom, mark_cohort, write_case
from wmhseg.synthesis.contrast import Contrast
from wmhseg.synthesis.heads import find_images, read_head, read_lesion_mask
from wmhseg.synthesis.paint import sample_paint
from wmhseg.synthesis.scan import FLAIR_NOISE, T1_NOISE, ScanParameters, make_scan, sample_scan
from wmhseg.synthesis.scanner import Scanner, sample_scanner
from wmhseg.synthesis.strip import Stripping

NOTE = "synthetic heads of three simulated scanners; the numbers say nothing certain about real scans"
_LEAST_LOAD_ML = 1.0  # every case of the challenge has WMH
_JITTER = 0.02  # between scans of one scanner, as a fraction of the signal


@dataclass(frozen=True)
class Protocol:
    """What is fixed on one scanner.

    Attributes:
        site: Folder of its cases.
        in_plane_mm: Pixel size.
        thickness_mm: Slice distance, without gaps.
        fov_yx_mm: Field of view.
        blur_mm: Point spread of FLAIR and T1.
        scale: Stored value of white matter; brain stays above 70 (FLAIR) and 30 (T1), the thresholds
            of the paper's recipe.
        seed: Of its contrast, noise and coils.
    """

    site: str
    in_plane_mm: float
    thickness_mm: float
    fov_yx_mm: tuple[float, float]
    blur_mm: tuple[float, float]
    scale: float
    seed: int


# Seeds: draws without strong ringing and with contrast on T1.
# Table 1: 240x240 of 0.96 mm, 252x232 of 1.00 mm, 132x256 of 0.98 mm.
PROTOCOLS = (
    Protocol("simulated_utrecht", 0.96, 3.0, (230.0, 230.0), (0.5, 0.4), 420.0, 5),
    Protocol("simulated_singapore", 1.0, 3.0, (252.0, 232.0), (0.35, 0.35), 260.0, 7),
    Protocol("simulated_ge3t", 0.98, 1.2, (251.0, 200.0), (0.6, 0.5), 900.0, 4),
)


@dataclass(frozen=True)
class Material:
    """Label maps of heads and lesion masks in MNI space, 1 mm."""

    heads: tuple[Path, ...]
    lesions: tuple[Path, ...]


def find_material(heads: Path, lesions: Path) -> Material:
    """Find the material.

    Raises:
        InputError: A folder has no images.
    """
    return Material(
        tuple(find_images(heads, "label maps of heads")),
        tuple(find_images(lesions, "lesion masks in MNI space")),
    )


def write_scanner_cohort(material: Material, output: Path, count: int, seed: int) -> Iterator[str]:
    """Write case folders SITE/CASE, `count` for each scanner, and yield each one's name.

    Cases that are there are kept.

    Raises:
        InputError: The material is unreadable.
        OutputError: The folder cannot be written.
    """
    mark_cohort(output, NOTE)
    masks = [read_lesion_mask(path) for path in material.lesions]
    for index, protocol in enumerate(PROTOCOLS):
        for number in range(count):
            folder = output / protocol.site / f"case_{number:02d}"
            # The mask is written last.
            if not (folder / "wmh.nii.gz").is_file():
                rng = np.random.default_rng((seed, index, number))
                head = read_head(material.heads[int(rng.integers(len(material.heads)))])
                scan = make_scan(head, masks, scan_on(protocol, sample_scan(rng, masks), rng))
                write_case(folder, Phantom(scan.flair, scan.t1, scan.truth))
            yield f"{protocol.site}/{folder.name}"


def scan_on(protocol: Protocol, drawn: ScanParameters, rng: np.random.Generator) -> ScanParameters:
    """Return a drawn case as this scanner would take it: the head stays, and its lesions where it has any."""
    fixed = np.random.default_rng(protocol.seed)
    paint = sample_paint(fixed)
    flair, t1 = sample_scanner(fixed, FLAIR_NOISE), sample_scanner(fixed, T1_NOISE)
    acquisition = replace(
        drawn.acquisition,
        in_plane_mm=protocol.in_plane_mm,
        thickness_mm=protocol.thickness_mm,
        gap_mm=0.0,
        bottom_mm=float(rng.uniform(-8, 8)),
        top_mm=float(rng.uniform(0, 8)),
        fov_yx_mm=protocol.fov_yx_mm,
        blur_mm=protocol.blur_mm,
        profile=0.1,
        t1_thickness_mm=1.0,
    )
    return replace(
        drawn,
        lesions=replace(drawn.lesions, load_ml=max(drawn.lesions.load_ml, _LEAST_LOAD_ML)),
        acquisition=acquisition,
        paint=replace(
            drawn.paint,
            flair=_jittered(paint.flair, drawn.paint.flair.seed, rng),
            t1=_jittered(paint.t1, drawn.paint.t1.seed, rng),
        ),
        flair=_clean(flair, protocol, drawn.flair.seed),
        t1=_clean(t1, protocol, drawn.t1.seed),
        stripping=Stripping(False, drawn.stripping.level),
        t1_turn_deg=0.0,
        t1_missing=False,
        orientation="LPS",
    )


def _jittered(contrast: Contrast, seed: int, rng: np.random.Generator) -> Contrast:
    factors = 1 + _JITTER * rng.standard_normal(len(contrast.means))
    means = tuple(float(v) for v in np.asarray(contrast.means) * factors)
    return replace(contrast, means=means, seed=seed)


def _clean(scanner: Scanner, protocol: Protocol, seed: int) -> Scanner:
    """Leave out accidents (motion, spikes) and store on the scanner's scale."""
    return replace(
        scanner,
        ghosts=replace(scanner.ghosts, strength=0.0),
        spikes=replace(scanner.spikes, strength=0.0),
        gamma=1.0,
        scale=protocol.scale,
        offset=0.0,
        seed=seed,
    )
