"""Where one time's head lies at the other: both registrations, and the motion midway between them."""

from dataclasses import dataclass

import numpy as np

from wmhseg.imaging.registration import brain_points_mm, register
from wmhseg.imaging.rigid import Motion, between, half, inverse, mapped, motion_of, transform_of
from wmhseg.io.volume import Volume


@dataclass(frozen=True)
class Alignment:
    """How two times lie to each other.

    Attributes:
        motion: Maps points of the first world to the second (LPS, mm); of both registrations the middle.
        moved_mm: Mean distance over the brain between a point and where it is mapped to.
        apart_mm: Mean distance over the brain between the two registrations: how sure the position is.
        information: Mutual information (nats), the smaller of both.
        sharpness: By what share it falls 12 mm or 12 degrees away, the smaller of both.
        covered: Share of the brain that the other shows, the smaller of both.
    """

    motion: Motion
    moved_mm: float
    apart_mm: float
    information: float
    sharpness: float
    covered: float

    @property
    def to_halfway(self) -> tuple[Motion, Motion]:
        """Return the motions from the first and the second world to the halfway one."""
        middle = half(self.motion)
        return middle, inverse(middle)

    def mirrored(self) -> "Alignment":
        """Return the way from the second to the first."""
        return Alignment(
            inverse(self.motion),
            self.moved_mm,
            self.apart_mm,
            self.information,
            self.sharpness,
            self.covered,
        )


def align(first: Volume, second: Volume) -> Alignment:
    """Register each FLAIR to the other; the second search refines what the first found.

    Raises:
        BrainMaskError: No head was found.
    """
    there = register(first, second, ("FLAIR", "FLAIR"))
    start = transform_of(inverse(motion_of(there.transform)))
    back = register(second, first, ("FLAIR", "FLAIR"), start)
    one, other = motion_of(there.transform), inverse(motion_of(back.transform))
    motion = between(one, other)
    points = brain_points_mm(first)
    return Alignment(
        motion,
        moved_mm=_mean_distance(mapped(motion, points), points),
        apart_mm=_mean_distance(mapped(one, points), mapped(other, points)),
        information=min(there.information, back.information),
        sharpness=min(there.sharpness, back.sharpness),
        covered=min(there.covered, back.covered),
    )


def _mean_distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(one - other, axis=1).mean())
