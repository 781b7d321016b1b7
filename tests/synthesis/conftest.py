"""A phantom head as a FreeSurfer label map, and lesion masks in MNI space."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.io.volume import Grid, Volume
from wmhseg.io.write_volume import write_volume
from wmhseg.synthesis.ageing import Ageing
from wmhseg.synthesis.anatomy import Anatomy, AnatomyParameters, build_anatomy
from wmhseg.synthesis.deform import Deformation
from wmhseg.synthesis.heads import Head, LesionMask, head_from_labels, read_lesion_mask
from wmhseg.synthesis.normal_bright import NormalBright
from wmhseg.synthesis.optic_radiation import OpticBands

SHAPE = (190, 230, 180)
# Voxel (z, y, x) of MNI's origin; the map is axial LPS, 1 mm, so voxel = MNI (LPS) + this.
ORIGIN = (95.0, 95.0, 90.0)
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
# Centre (z, y, x) MNI LPS and semi-axes, from outside in: skin, bone, CSF, cortex, white matter.
SHELLS = (
    (511, (6, 17, 0), (80, 96, 78)),
    (515, (6, 17, 0), (75, 91, 73)),
    (24, (6, 17, 0), (71, 86, 68)),
)
HALVES = ((3, 42, (65.5, 80, 62.5)), (2, 41, (61, 75, 58)))
# Right-sided structures, mirrored to the left: labels left/right, centre (z, y, x) LPS, radius.
PAIRS = (
    (4, 43, (22, 10, -10), (9, 28, 6)),
    (10, 49, (8, 18, -11), (5, 5, 5)),
    (11, 50, (10, -9, -13), (4, 4, 4)),
    (12, 51, (0, -1, -25), (5, 5, 5)),
    (13, 52, (-1, 5, -19), (3, 3, 3)),
    (17, 53, (-14, 22, -25), (4, 4, 4)),
    (18, 54, (-18, 5, -23), (3, 3, 3)),
    (26, 58, (-7, -11, -9), (3, 3, 3)),
    (8, 47, (-35, 63, -25), (12, 12, 12)),
)


def phantom_labels() -> NDArray[np.int32]:
    """Draw the label map (Z, Y, X)."""
    z, y, x = (axis - origin for axis, origin in zip(np.ogrid[:190, :230, :180], ORIGIN, strict=True))

    def inside(centre: tuple[float, ...], axes: tuple[float, ...]) -> NDArray[np.bool_]:
        terms = [((a - c) / r) ** 2 for a, c, r in zip((z, y, x), centre, axes, strict=True)]
        return np.asarray(sum(terms) <= 1)

    labels = np.zeros(SHAPE, np.int32)
    for number, centre, axes in SHELLS:
        labels[inside(centre, axes)] = number
    for left, right, axes in HALVES:
        half = inside((6, 16.5, 0), axes)
        labels[half & (x > 0)], labels[half & (x <= 0)] = left, right
    for left, right, (cz, cy, cx), axes in PAIRS:
        labels[inside((cz, cy, cx), axes)] = right
        labels[inside((cz, cy, -cx), axes)] = left
    return labels


def lesion_volume(centre_zyx_mm: tuple[float, float, float], radius_mm: float) -> Volume:
    """Draw a sphere as a lesion mask in MNI space, stored y backwards as FSL does."""
    grid = Grid((182, 218, 182), (1.0, 1.0, 1.0), (-90.0, 126.0, -72.0), (1, 0, 0, 0, -1, 0, 0, 0, 1))
    z, y, x = np.ogrid[:182, :218, :182]
    away = np.sqrt(
        (z - 72 - centre_zyx_mm[0]) ** 2
        + (126 - y - centre_zyx_mm[1]) ** 2
        + (x - 90 - centre_zyx_mm[2]) ** 2
    )
    return Volume((away <= radius_mm).astype(np.uint8), grid)


@pytest.fixture(scope="session")
def labels() -> NDArray[np.int32]:
    """The phantom's label map."""
    return phantom_labels()


@pytest.fixture(scope="session")
def head(labels: NDArray[np.int32]) -> Head:
    """The phantom."""
    return head_from_labels(labels)


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory, labels: NDArray[np.int32]) -> Path:
    """A folder with heads/ and lesions/, as the command reads them."""
    folder = tmp_path_factory.mktemp("material")
    (folder / "heads").mkdir()
    (folder / "lesions").mkdir()
    # Axes turned (y from inferior to superior and so on), as conformed label maps are.
    turned = np.ascontiguousarray(labels.transpose(1, 0, 2)[::-1, ::-1])
    size = (SHAPE[2], SHAPE[0], SHAPE[1])
    grid = Grid(size, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1, 0, 0, 0, 0, -1, 0, -1, 0))
    write_volume(folder / "heads" / "phantom.nii.gz", Volume(turned.astype(np.int16), grid))
    write_volume(folder / "lesions" / "left.nii.gz", lesion_volume((28, -10, 32), 7))
    write_volume(folder / "lesions" / "right.nii.gz", lesion_volume((22, 50, -28), 10))
    return folder


@pytest.fixture(scope="session")
def masks(material: Path) -> list[LesionMask]:
    """The lesion masks, read."""
    return [read_lesion_mask(path) for path in sorted((material / "lesions").iterdir())]


@pytest.fixture(scope="session")
def still() -> AnatomyParameters:
    """No deformation, no ageing."""
    nothing = Deformation((0, 0, 0), (1, 1, 1), (0, 0, 0), mirror=False, coarse_mm=0, fine_mm=0, seed=0)
    return AnatomyParameters(nothing, Ageing(0, 0, 0))


@pytest.fixture(scope="session")
def plain() -> NormalBright:
    """Nothing bright but lesions."""
    none = OpticBands((0.0, 0.0), (2.0, 4.0), (30.0, 70.0), (0.0, 0.0), 0)
    return NormalBright(0, 0.8, 0.7, 0, 0, 0, 0, 0, none, seed=1)


@pytest.fixture(scope="session")
def anatomy(head: Head, still: AnatomyParameters) -> Anatomy:
    """The phantom as it is."""
    return build_anatomy(head, still)
