"""Two times compared: exchanging them gives the mirrored answer, bit for bit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.anatomy.wmh_regions import LesionPlace
from wmhseg.change.align import Alignment, align
from wmhseg.change.halfway import Halfway, HalfwayTime, to_halfway
from wmhseg.change.lesion_change import Centre, Judged, LesionChange, Lesions, judge
from wmhseg.change.lesion_groups import Group, group_lesions
from wmhseg.change.noise import noise_between
from wmhseg.change.region_change import RegionChange, measure_region_change
from wmhseg.change.require_one_head import require_one_head
from wmhseg.change.time_point import TimePoint
from wmhseg.change.volume_change import VolumeChange, measure_change
from wmhseg.imaging.rigid import inverse, mapped
from wmhseg.io.volume import Grid
from wmhseg.recipe import Recipe


@dataclass(frozen=True)
class Comparison:
    """From one time to another.

    Attributes:
        names: What the user called both scans.
        alignment: How the heads lie to each other.
        halfway: Both on one grid, for pictures.
        volume: Change of the total volume.
        lesions: What became of each lesion, the largest at either time first.
        detail: How well the folds of both fit; see `detail_correlation`.
        regions: Volumes by region, where they were asked for and can be told.
    """

    names: tuple[str, str]
    alignment: Alignment
    halfway: Halfway
    volume: VolumeChange
    lesions: tuple[LesionChange, ...]
    detail: float
    regions: RegionChange | None = None

    def mirrored(self) -> "Comparison":
        """Return the comparison from the second time to the first."""
        return Comparison(
            self.names[::-1],
            self.alignment.mirrored(),
            Halfway(self.halfway.grid, self.halfway.times[::-1]),
            self.volume.mirrored(),
            tuple(lesion.mirrored() for lesion in self.lesions),
            self.detail,
            None if self.regions is None else self.regions.mirrored(),
        )


def compare(first: TimePoint, second: TimePoint, recipe: Recipe) -> Comparison:
    """Compare two times.

    They are always compared in the order of their hashes and the answer is turned round where that is not
    theirs: no rounding tells which was named first.

    Raises:
        BrainMaskError: No head was found.
        RegistrationError: They do not seem to show one head.
    """
    if first.key <= second.key:
        return _compare(first, second, recipe)
    return _compare(second, first, recipe).mirrored()


def _compare(first: TimePoint, second: TimePoint, recipe: Recipe) -> Comparison:
    names = first.name, second.name
    alignment = align(first.flair, second.flair)
    halfway = to_halfway(first, second, alignment)
    detail = require_one_head(names, alignment, halfway)
    times = halfway.times
    used = first.measured.findings.t1_used, second.measured.findings.t1_used
    noise = noise_between((first.flair.grid, second.flair.grid), used, alignment)
    lesions = _lesions(first, times[0], times[1]), _lesions(second, times[1], times[0])
    numbers = set(lesions[0].volumes_ml), set(lesions[1].volumes_ml)
    groups = group_lesions(times[0].labels, times[1].labels, numbers)
    pair, seen = (first, second), (times[0].seen, times[1].seen)
    where = _where(pair, halfway, alignment)
    changes = [
        _change(group, judge(group, *lesions, noise), where, halfway.grid, alignment) for group in groups
    ]
    changes.sort(key=lambda change: -max(change.volumes_ml))
    volume = measure_change(pair, seen, recipe, noise)
    regions = measure_region_change(pair, seen)
    return Comparison(names, alignment, halfway, volume, tuple(changes), detail, regions)


def _lesions(one: TimePoint, time: HalfwayTime, other: HalfwayTime) -> Lesions:
    labels = one.measured.labels
    voxels = np.bincount(labels.array[time.seen].ravel())
    voxel_ml = labels.grid.voxel_volume_mm3 / 1000
    volumes = {int(n): round(float(voxels[n]) * voxel_ml, 6) for n in np.flatnonzero(voxels) if n > 0}
    there = np.unique(time.labels[time.labels > 0])
    highest = ndimage.maximum(other.probability, time.labels, there) if there.size else []
    return Lesions(volumes, {int(n): round(float(p), 4) for n, p in zip(there, highest, strict=True)})


@dataclass(frozen=True)
class _Where:
    """The halfway voxels (N, 3) in lesions of one time, each one's lesion (N,), and where lesions lie."""

    voxels: NDArray[np.float64]
    numbers: NDArray[np.int32]
    places: tuple[LesionPlace, ...]

    def place(self, numbers: tuple[int, ...]) -> LesionPlace | None:
        """Return where the largest of some lesions lies; None for none, or where it is not told."""
        return self.places[min(numbers) - 1] if self.places and numbers else None


def _where(
    pair: tuple[TimePoint, TimePoint], halfway: Halfway, alignment: Alignment
) -> tuple[_Where, _Where]:
    """Return where the lesions lie; those without halfway voxels where their own voxels are mapped to."""
    found = []
    for one, time, way in zip(pair, halfway.times, alignment.to_halfway, strict=True):
        voxels = np.argwhere(time.labels > 0)
        numbers = time.labels[tuple(voxels.T)]
        own = np.argwhere(one.measured.labels.array > 0)
        own_numbers = one.measured.labels.array[tuple(own.T)]
        lost = ~np.isin(own_numbers, numbers)
        steps = _index(mapped(way, _world(own[lost], one.flair.grid)), halfway.grid)
        anatomy = one.measured.findings.anatomy
        places = () if anatomy is None else anatomy.regions.lesions
        numbers = np.concatenate([numbers, own_numbers[lost]])
        found.append(_Where(np.concatenate([voxels, steps]), numbers, places))
    return found[0], found[1]


def _change(
    group: Group,
    judged: Judged,
    where: tuple[_Where, _Where],
    grid: Grid,
    alignment: Alignment,
) -> LesionChange:
    numbers = group.first, group.second
    # Of both times alike, so that exchanging them changes nothing.
    inside = [one.voxels[np.isin(one.numbers, chosen)] for one, chosen in zip(where, numbers, strict=True)]
    voxels = np.concatenate(inside)
    centre = _world(voxels.mean(axis=0)[None], grid)[0]
    slices = np.clip(np.rint(voxels[:, 0]).astype(int), 0, grid.size_xyz[2] - 1)
    return LesionChange(
        kind=judged.kind,
        sure=judged.sure,
        volumes_ml=judged.volumes_ml,
        numbers=numbers,
        other_probability=judged.other_probability,
        centres_ras_mm=(_ras(centre, alignment, 0), _ras(centre, alignment, 1)),
        slice=int(np.bincount(slices).argmax()),
        places=(where[0].place(group.first), where[1].place(group.second)),
    )


def _world(index_zyx: NDArray[Any], grid: Grid) -> NDArray[np.float64]:
    """Return where voxels (N, 3) lie (LPS, mm)."""
    direction = np.asarray(grid.direction).reshape(3, 3)
    return np.asarray((index_zyx[:, ::-1] * grid.spacing_mm) @ direction.T + grid.origin_mm)


def _index(points: NDArray[np.float64], grid: Grid) -> NDArray[np.float64]:
    """Return the voxels (N, 3: z, y, x) of points, with fractions."""
    direction = np.asarray(grid.direction).reshape(3, 3)
    return np.asarray((((points - grid.origin_mm) @ direction) / grid.spacing_mm)[:, ::-1])


def _ras(centre: NDArray[np.float64], alignment: Alignment, time: int) -> Centre:
    """Return a point of the halfway world (LPS) in the world of one time, RAS."""
    x, y, z = mapped(inverse(alignment.to_halfway[time]), centre[None])[0]
    return round(float(-x), 2), round(float(-y), 2), round(float(z), 2)
