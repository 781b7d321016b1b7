"""The change of the total volume, and what it means against noise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wmhseg.change.align import Alignment
from wmhseg.change.halfway import Halfway, on_grid
from wmhseg.change.noise import total_noise_ml
from wmhseg.change.time_point import TimePoint
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.volume import Grid, Volume
from wmhseg.recipe import Recipe
from wmhseg.segmentation.volume_spread import mask_at

Pair = tuple[float, float]


@dataclass(frozen=True)
class VolumeChange:
    """The WMH volume at both times, within what both scans show.

    Attributes:
        volumes_ml: Of the masks, on their own grids.
        whole_ml: Of the whole masks: what `wmhseg segment` says.
        members_ml: Of each member's masks.
        position_sd_ml: SD of the difference when the voxels lie elsewhere by up to half of one.
        noise_ml: What the difference must exceed to be one.
    """

    volumes_ml: Pair
    whole_ml: Pair
    members_ml: tuple[Pair, ...]
    position_sd_ml: float
    noise_ml: float

    @property
    def change_ml(self) -> float:
        """Return the difference."""
        return round(self.volumes_ml[1] - self.volumes_ml[0], 6)

    @property
    def change_percent(self) -> float | None:
        """Return the difference in percent of the first volume; None where that is 0."""
        return round(100 * self.change_ml / self.volumes_ml[0], 2) if self.volumes_ml[0] else None

    @property
    def members_interval_ml(self) -> Pair:
        """Return the smallest and largest difference among the members' and the ensemble's own."""
        changes = [round(second - first, 6) for first, second in self.members_ml]
        return min(*changes, self.change_ml), max(*changes, self.change_ml)

    @property
    def verdict(self) -> str:
        """Return "more" or "less" where the difference exceeds noise and all members say so."""
        low, high = self.members_interval_ml
        if abs(self.change_ml) > self.noise_ml and low * high > 0:
            return "more" if self.change_ml > 0 else "less"
        return "within noise"

    def mirrored(self) -> "VolumeChange":
        """Return the change from the second time to the first."""
        return replace(
            self,
            volumes_ml=self.volumes_ml[::-1],
            whole_ml=self.whole_ml[::-1],
            members_ml=tuple(pair[::-1] for pair in self.members_ml),
        )


def measure_change(
    pair: tuple[TimePoint, TimePoint], halfway: Halfway, alignment: Alignment, recipe: Recipe
) -> VolumeChange:
    """Measure both times within what both scans show."""
    times = list(zip(pair, halfway.times, strict=True))
    volumes = [_masked_ml(one.measured.result.mask, time.seen) for one, time in times]
    members = [
        [_member_ml(member, time.seen, recipe) for member in one.measured.result.members]
        for one, time in times
    ]
    sds = [
        _position_sd_ml(one, way, halfway.grid, recipe.threshold)
        for one, way in zip(pair, alignment.to_halfway, strict=True)
    ]
    position = round(float(np.hypot(*sds)), 6)
    return VolumeChange(
        volumes_ml=(volumes[0], volumes[1]),
        whole_ml=_whole(pair),
        members_ml=tuple(zip(*members, strict=True)),
        position_sd_ml=position,
        noise_ml=round(total_noise_ml(sum(volumes) / 2, position), 6),
    )


def _whole(pair: Sequence[TimePoint]) -> Pair:
    first, second = (one.measured.findings.summary.volume_ml for one in pair)
    return first, second


def _masked_ml(mask: Volume, seen: NDArray[np.bool_]) -> float:
    voxels = np.count_nonzero((mask.array > 0) & seen)
    return round(voxels * mask.grid.voxel_volume_mm3 / 1000, 6)


def _member_ml(member: Volume, seen: NDArray[np.bool_], recipe: Recipe) -> float:
    """Return a member's volume, its mask made as the ensemble's own is."""
    shown = to_axial_lps(Volume(seen, member.grid))[0].array if recipe.axial_lps else seen
    mask = mask_at(member, recipe, recipe.threshold)
    return round(np.count_nonzero((mask > 0) & shown) * member.grid.voxel_volume_mm3 / 1000, 6)


def _position_sd_ml(one: TimePoint, way: np.ndarray, grid: Grid, threshold: float) -> float:
    """Return the SD of the volume above the threshold on the halfway grid, moved by half a voxel."""
    direction = np.asarray(grid.direction).reshape(3, 3)
    volumes = []
    for axis in range(3):
        for sign in (-0.5, 0.5):
            x, y, z = grid.origin_mm + direction[:, axis] * sign * grid.spacing_mm[axis]
            moved = replace(grid, origin_mm=(float(x), float(y), float(z)))
            inside = on_grid(one.measured.result.probability, way, moved) > threshold
            volumes.append(np.count_nonzero(inside) * grid.voxel_volume_mm3 / 1000)
    return float(np.std(volumes))
