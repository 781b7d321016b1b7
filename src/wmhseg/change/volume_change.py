"""The change of the total volume, and what it means against noise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wmhseg.change.noise import Noise
from wmhseg.change.time_point import TimePoint
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.volume import Volume
from wmhseg.recipe import Recipe
from wmhseg.segmentation.volume_spread import mask_at

Pair = tuple[float, float]
Seen = NDArray[np.bool_]


@dataclass(frozen=True)
class VolumeChange:
    """The WMH volume at both times, within what both scans show.

    Attributes:
        volumes_ml: Of the masks, on their own grids.
        whole_ml: Of the whole masks: what `wmhseg segment` says.
        members_ml: Of each member's masks.
        position_sd_ml: SD of the difference when the slices lie elsewhere; see `cavalieri_sd_ml`.
        noise_ml: What the difference must exceed to be one.
        protocol: Whether both scans seem to be of the "same" protocol or of an "other", which is noisier.
    """

    volumes_ml: Pair
    whole_ml: Pair
    members_ml: tuple[Pair, ...]
    position_sd_ml: float
    noise_ml: float
    protocol: str

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
    pair: tuple[TimePoint, TimePoint], seen: tuple[Seen, Seen], recipe: Recipe, noise: Noise
) -> VolumeChange:
    """Measure both times within what both scans show.

    Args:
        pair: Both times.
        seen: Voxels of each one's own grid that the other shows, too.
        recipe: How masks are made.
        noise: What to expect without a change.
    """
    times = list(zip(pair, seen, strict=True))
    volumes = [_masked_ml(one.measured.result.mask, shown) for one, shown in times]
    members = [
        [_member_ml(member, shown, recipe) for member in one.measured.result.members] for one, shown in times
    ]
    sds = [cavalieri_sd_ml(one.measured.result.mask, shown) for one, shown in times]
    position = round(math.hypot(*sds), 6)
    return VolumeChange(
        volumes_ml=(volumes[0], volumes[1]),
        whole_ml=_whole(pair),
        members_ml=tuple(zip(*members, strict=True)),
        position_sd_ml=position,
        noise_ml=round(noise.total_ml(sum(volumes) / 2, position), 6),
        protocol=noise.protocol,
    )


def _whole(pair: Sequence[TimePoint]) -> Pair:
    first, second = (one.measured.findings.summary.volume_ml for one in pair)
    return first, second


def _masked_ml(mask: Volume, seen: Seen) -> float:
    voxels = np.count_nonzero((mask.array > 0) & seen)
    return round(voxels * mask.grid.voxel_volume_mm3 / 1000, 6)


def _member_ml(member: Volume, seen: Seen, recipe: Recipe) -> float:
    """Return a member's volume, its mask made as the ensemble's own is."""
    shown = to_axial_lps(Volume(seen, member.grid))[0].array if recipe.axial_lps else seen
    mask = mask_at(member, recipe, recipe.threshold)
    return round(np.count_nonzero((mask > 0) & shown) * member.grid.voxel_volume_mm3 / 1000, 6)


def cavalieri_sd_ml(mask: Volume, seen: Seen) -> float:
    """Return the SD of a mask's volume if its axial slices lay elsewhere, at the same distance.

    Gundersen and Jensen 1987 (J Microsc 147, 229): of areas a_i in slices T apart, with g_k the sum of
    a_i a_(i+k), the variance is T^2 (3 g_0 - 4 g_1 + g_2) / 12.
    """
    axial = to_axial_lps(Volume((mask.array > 0) & seen, mask.grid))[0]
    x, y, step = axial.grid.spacing_mm
    areas = np.count_nonzero(axial.array, axis=(1, 2)) * x * y
    g = [float(np.sum(areas[: len(areas) - k] * areas[k:])) for k in range(3)]
    return step * math.sqrt(max(0.0, 3 * g[0] - 4 * g[1] + g[2]) / 12) / 1000
