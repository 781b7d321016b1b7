"""From the mask to numbers: the total, and each lesion."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.io.volume import Grid
from wmhseg.lesions import label_lesions, lesion_volumes_mm3


@dataclass(frozen=True)
class Summary:
    """What the mask amounts to.

    Attributes:
        volume_ml: Total WMH volume.
        lesion_count: Number of lesions (26-connected components).
        lesion_volumes_ml: Volume of each, largest first.
    """

    volume_ml: float
    lesion_count: int
    lesion_volumes_ml: list[float]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Lesion:
    """One lesion.

    Attributes:
        label: Its number in the labelled image; 1 is the largest.
        volume_ml: Volume.
        voxels: Number of voxels.
        centre_ras_mm: Centre of gravity in the world of the FLAIR's NIfTI header: x towards right,
            y towards anterior, z towards superior.
        mean_probability: Mean of the ensemble's probability over its voxels.
    """

    label: int
    volume_ml: float
    voxels: int
    centre_ras_mm: tuple[float, float, float]
    mean_probability: float


@dataclass(frozen=True)
class Spread:
    """What needs every member of the ensemble computed in full.

    Attributes:
        members_ml: Volume of each member's own mask, in the manifest's order.
        low_ml: The smallest of them and of the ensemble's volume.
        high_ml: The largest of them and of the ensemble's volume.
        above_ml: Volume by threshold on the mean probability, thresholds rising.
        agreement: Mean DSC of every two members' masks; None for a single member.
        expected_dsc: What that lets expect of the result.
    """

    members_ml: tuple[float, ...]
    low_ml: float
    high_ml: float
    above_ml: tuple[tuple[float, float], ...]
    agreement: float | None = None
    expected_dsc: float | None = None


def summarise(mask: NDArray[np.uint8], voxel_volume_mm3: float) -> Summary:
    """Measure a mask (Z, Y, X)."""
    labels, count = label_lesions(mask)
    volumes = np.sort(lesion_volumes_mm3(labels, count, voxel_volume_mm3))[::-1] / 1000.0
    return Summary(
        volume_ml=round(float(np.count_nonzero(mask)) * voxel_volume_mm3 / 1000.0, 6),
        lesion_count=count,
        lesion_volumes_ml=[round(float(volume), 6) for volume in volumes],
    )


def measure_lesions(
    labels: NDArray[np.int32], probability: NDArray[np.float32], grid: Grid
) -> tuple[Lesion, ...]:
    """Measure each lesion of a labelled image.

    Args:
        labels: (Z, Y, X), 0 outside and 1..count inside, as `number_by_volume` returns them.
        probability: Mean probability, same shape.
        grid: Where the voxels are.
    """
    where = np.nonzero(labels)
    number = labels[where]
    voxels = np.bincount(number)[1:]
    chances = np.bincount(number, weights=probability[where])[1:] / voxels
    # The grid's axes run x, y, z.
    steps = np.stack([np.bincount(number, weights=axis)[1:] / voxels for axis in where[::-1]], axis=-1)
    direction = np.asarray(grid.direction).reshape(3, 3)
    centres = (steps * grid.spacing_mm) @ direction.T + grid.origin_mm
    centres[:, :2] *= -1  # LPS to RAS
    return tuple(
        Lesion(
            label=label,
            volume_ml=round(int(count) * grid.voxel_volume_mm3 / 1000.0, 6),
            voxels=int(count),
            centre_ras_mm=(round(float(x), 2), round(float(y), 2), round(float(z), 2)),
            mean_probability=round(float(chance), 4),
        )
        for label, (count, (x, y, z), chance) in enumerate(
            zip(voxels, centres, chances, strict=True), start=1
        )
    )
