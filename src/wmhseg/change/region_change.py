"""WMH by region at both times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.region import CAP_OR_RIM, Region
from wmhseg.change.time_point import TimePoint

Pair = tuple[float, float]


@dataclass(frozen=True)
class RegionChange:
    """The volumes of WMH by region at both times, within what both scans show.

    Attributes:
        volumes_ml: By region, each voxel by the distance rule.
        caps_and_rims_ml: Of caps and rims, which are part of the periventricular.
    """

    volumes_ml: dict[Region, Pair]
    caps_and_rims_ml: Pair

    def mirrored(self) -> "RegionChange":
        """Return the change from the second time to the first."""
        volumes = {region: pair[::-1] for region, pair in self.volumes_ml.items()}
        return RegionChange(volumes, self.caps_and_rims_ml[::-1])


def measure_region_change(
    pair: tuple[TimePoint, TimePoint], seen: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> RegionChange | None:
    """Measure the regions of both times; None where those of one are not told.

    Args:
        pair: Both times.
        seen: Voxels of each one's own grid that the other shows, too.
    """
    first, second = (_volumes_ml(one, shown) for one, shown in zip(pair, seen, strict=True))
    if first is None or second is None:
        return None
    volumes = {region: (first[region], second[region]) for region in Region}
    return RegionChange(volumes, (first[CAP_OR_RIM], second[CAP_OR_RIM]))


def _volumes_ml(one: TimePoint, seen: NDArray[np.bool_]) -> dict[int, float] | None:
    """Return the volume of each region and, among the periventricular, of caps and rims."""
    regions = one.measured.regions
    if regions is None:
        return None
    voxels = np.bincount(regions.array[seen], minlength=CAP_OR_RIM + 1)
    voxels[Region.PERIVENTRICULAR] += voxels[CAP_OR_RIM]
    voxel_ml = regions.grid.voxel_volume_mm3 / 1000
    return {value: round(float(voxels[value]) * voxel_ml, 6) for value in (*Region, CAP_OR_RIM)}
