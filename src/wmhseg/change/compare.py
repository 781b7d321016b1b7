"""Two times compared: exchanging them gives the mirrored answer, bit for bit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.change.align import Alignment, align
from wmhseg.change.halfway import Halfway, HalfwayTime, to_halfway
from wmhseg.change.lesion_change import Centre, LesionChange, Lesions, judge
from wmhseg.change.lesion_groups import Group, group_lesions
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
    """

    names: tuple[str, str]
    alignment: Alignment
    halfway: Halfway
    volume: VolumeChange
    lesions: tuple[LesionChange, ...]
    detail: float

    def mirrored(self) -> "Comparison":
        """Return the comparison from the second time to the first."""
        return Comparison(
            self.names[::-1],
            self.alignment.mirrored(),
            Halfway(self.halfway.grid, self.halfway.times[::-1]),
            self.volume.mirrored(),
            tuple(lesion.mirrored() for lesion in self.lesions),
            self.detail,
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
    lesions = _lesions(first, halfway.times[0]), _lesions(second, halfway.times[1])
    groups = group_lesions(
        lesions[0].labels, lesions[1].labels, (set(lesions[0].volumes_ml), set(lesions[1].volumes_ml))
    )
    changes = [_change(group, lesions, (first, second), halfway, alignment) for group in groups]
    changes.sort(key=lambda change: -max(change.volumes_ml))
    volume = measure_change((first, second), halfway, alignment, recipe)
    return Comparison(names, alignment, halfway, volume, tuple(changes), detail)


def _lesions(one: TimePoint, time: HalfwayTime) -> Lesions:
    labels = one.measured.labels
    voxels = np.bincount(labels.array[time.seen].ravel())
    voxel_ml = labels.grid.voxel_volume_mm3 / 1000
    volumes = {int(n): round(float(voxels[n]) * voxel_ml, 6) for n in np.flatnonzero(voxels) if n > 0}
    return Lesions(volumes, time.labels, time.probability)


def _change(
    group: Group,
    lesions: tuple[Lesions, Lesions],
    pair: tuple[TimePoint, TimePoint],
    halfway: Halfway,
    alignment: Alignment,
) -> LesionChange:
    judged = judge(group, *lesions)
    numbers = group.first, group.second
    where = np.isin(lesions[0].labels, group.first) & (lesions[0].labels > 0)
    where |= np.isin(lesions[1].labels, group.second) & (lesions[1].labels > 0)
    if where.any():
        index = np.argwhere(where)
        centre = _world(index.mean(axis=0), halfway.grid)
        z = int(np.bincount(index[:, 0]).argmax())
    else:  # a lesion of one voxel at the edge of what both show
        time = 0 if group.first else 1
        own = np.argwhere(np.isin(pair[time].measured.labels.array, numbers[time])).mean(axis=0)
        centre = mapped(alignment.to_halfway[time], _world(own, pair[time].flair.grid)[None])[0]
        z = 0
    return LesionChange(
        kind=judged.kind,
        sure=judged.sure,
        volumes_ml=judged.volumes_ml,
        numbers=numbers,
        other_probability=judged.other_probability,
        centres_ras_mm=(_ras(centre, alignment, 0), _ras(centre, alignment, 1)),
        slice=z,
    )


def _world(index_zyx: NDArray[np.float64], grid: Grid) -> NDArray[np.float64]:
    direction = np.asarray(grid.direction).reshape(3, 3)
    return np.asarray((index_zyx[::-1] * grid.spacing_mm) @ direction.T + grid.origin_mm)


def _ras(centre: NDArray[np.float64], alignment: Alignment, time: int) -> Centre:
    """Return a point of the halfway world (LPS) in the world of one time, RAS."""
    x, y, z = mapped(inverse(alignment.to_halfway[time]), centre[None])[0]
    return round(float(-x), 2), round(float(-y), 2), round(float(z), 2)
