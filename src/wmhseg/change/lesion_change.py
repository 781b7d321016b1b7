"""What became of each lesion from one time to another."""

from dataclasses import dataclass, replace
from enum import Enum

from wmhseg.anatomy.wmh_regions import LesionPlace
from wmhseg.change.lesion_groups import Group
from wmhseg.change.noise import Noise

# Chosen on synthetic pairs (docs/reference/change.md): a lesion is new where the other time's probability
# stays below this everywhere in it.
ABSENT_BELOW = 0.1
# A piece of less than this share of its group's volume neither merges nor splits anything.
PIECE_SHARE = 0.1


class Kind(str, Enum):
    """What became of a lesion."""

    NEW = "new"
    GONE = "gone"
    GROWN = "grown"
    SHRUNK = "shrunk"
    MERGED = "merged"
    SPLIT = "split"
    UNCHANGED = "unchanged"


MIRRORED = {
    Kind.NEW: Kind.GONE,
    Kind.GONE: Kind.NEW,
    Kind.GROWN: Kind.SHRUNK,
    Kind.SHRUNK: Kind.GROWN,
    Kind.MERGED: Kind.SPLIT,
    Kind.SPLIT: Kind.MERGED,
    Kind.UNCHANGED: Kind.UNCHANGED,
}
Centre = tuple[float, float, float]
# At the first and the second time; None for a time without the lesion, or where regions are not told.
Places = tuple[LesionPlace | None, LesionPlace | None]


@dataclass(frozen=True)
class Lesions:
    """The lesions of one time, by number.

    Attributes:
        volumes_ml: Volume of each on its own grid, as far as the other time shows it.
        other_probability: The other time's largest probability in each; none for one without halfway voxels.
    """

    volumes_ml: dict[int, float]
    other_probability: dict[int, float]


@dataclass(frozen=True)
class LesionChange:
    """What became of a lesion, or of lesions that overlap.

    Attributes:
        kind: What.
        sure: False for a lesion of one time alone that is tiny, or where the other's probability is not low.
        volumes_ml: At the first and the second time, on their own grids.
        numbers: Of the lesions at both times, 1 the largest of its time.
        other_probability: For a lesion of one time: the largest probability of the other in it; None where
            none was computed.
        centres_ras_mm: Where it lies in both worlds (RAS, as NIfTI headers have it).
        slice: Of the halfway grid, 0 the lowest.
        places: Where the largest of its lesions lies at both times.
    """

    kind: Kind
    sure: bool
    volumes_ml: tuple[float, float]
    numbers: tuple[tuple[int, ...], tuple[int, ...]]
    other_probability: float | None
    centres_ras_mm: tuple[Centre, Centre]
    slice: int
    places: Places = (None, None)

    @property
    def change_ml(self) -> float:
        """Return the difference of the volumes."""
        return round(self.volumes_ml[1] - self.volumes_ml[0], 6)

    def mirrored(self) -> "LesionChange":
        """Return the change from the second time to the first."""
        return replace(
            self,
            kind=MIRRORED[self.kind],
            volumes_ml=self.volumes_ml[::-1],
            numbers=self.numbers[::-1],
            centres_ras_mm=self.centres_ras_mm[::-1],
            places=self.places[::-1],
        )


@dataclass(frozen=True)
class Judged:
    """What a group's numbers say of it; see `LesionChange`."""

    kind: Kind
    sure: bool
    volumes_ml: tuple[float, float]
    other_probability: float | None


def judge(group: Group, first: Lesions, second: Lesions, noise: Noise) -> Judged:
    """Tell what became of a group of lesions."""
    volumes = _volume(group.first, first), _volume(group.second, second)
    if not group.first or not group.second:
        there, numbers, kind = (
            (first, group.first, Kind.GONE) if group.first else (second, group.second, Kind.NEW)
        )
        seen = [there.other_probability[n] for n in numbers if n in there.other_probability]
        highest = max(seen, default=None)
        absent = highest is not None and highest < ABSENT_BELOW
        return Judged(kind, absent and max(volumes) >= noise.least_ml, volumes, highest)
    pieces = _pieces(group.first, first, volumes[0]), _pieces(group.second, second, volumes[1])
    if pieces[0] != pieces[1]:
        return Judged(Kind.MERGED if pieces[0] > pieces[1] else Kind.SPLIT, True, volumes, None)
    change = volumes[1] - volumes[0]
    if abs(change) <= noise.lesion_ml(sum(volumes) / 2):
        return Judged(Kind.UNCHANGED, True, volumes, None)
    return Judged(Kind.GROWN if change > 0 else Kind.SHRUNK, True, volumes, None)


def _volume(numbers: tuple[int, ...], lesions: Lesions) -> float:
    return round(sum(lesions.volumes_ml[number] for number in numbers), 6)


def _pieces(numbers: tuple[int, ...], lesions: Lesions, volume_ml: float) -> int:
    """Return how many lesions of a group are no crumbs."""
    return sum(lesions.volumes_ml[number] >= PIECE_SHARE * volume_ml for number in numbers)
