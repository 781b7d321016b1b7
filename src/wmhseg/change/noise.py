"""How large a difference must be to be one: what two scans of an unchanged head differ by.

The constants come from synthetic heads that were drawn twice without a change, with the same protocol and on
other scanners (benchmarks/change.py; docs/reference/change.md has the numbers).
"""

import math
from dataclasses import dataclass, replace

from wmhseg.change.align import Alignment
from wmhseg.io.volume import Grid

COVERAGE = 1.96  # of 95 % of a normal distribution
# Drawn scans of one protocol share 0.96 to 1.4 nats, those of different scanners 0.5 to 0.86.
_ALIKE_INFORMATION = 0.85
_ALIKE_SPACING = 0.1


@dataclass(frozen=True)
class Noise:
    """What to expect between two scans of an unchanged head.

    Attributes:
        protocol: "same" or "other".
        constant_ml: SD of the difference of the total volume, for no volume.
        share: SD of the part that grows with the volume, of the volume.
        lesion: A lesion's border is off by a constant distance: its volume by this times volume^(2/3), ml.
        least_ml: Smaller lesions of one time alone are never sure.
    """

    protocol: str
    constant_ml: float
    share: float
    lesion: float
    least_ml: float

    def lesion_ml(self, volume_ml: float) -> float:
        """Return the difference that both scans of an unchanged lesion mostly stay below."""
        return self.lesion * volume_ml ** (2 / 3)

    def total_ml(self, volume_ml: float, position_sd_ml: float) -> float:
        """Return the difference that both scans of an unchanged head mostly stay below: 1.96 SD.

        Args:
            volume_ml: Mean volume of both times.
            position_sd_ml: SD of the difference when the slices lie elsewhere.
        """
        return COVERAGE * math.hypot(self.constant_ml, self.share * volume_ml, position_sd_ml)


SAME_PROTOCOL = Noise("same", constant_ml=0.2, share=0.12, lesion=0.55, least_ml=0.1)
OTHER_PROTOCOL = Noise("other", constant_ml=0.5, share=0.55, lesion=0.75, least_ml=0.3)


def noise_between(grids: tuple[Grid, Grid], t1_used: tuple[bool, bool], alignment: Alignment) -> Noise:
    """Return what to expect of two scans: those of one protocol have voxels of one size, look alike, and both
    have a T1 or none.
    """
    sizes = (sorted(grid.spacing_mm) for grid in grids)
    alike = all(abs(math.log(one / other)) <= _ALIKE_SPACING for one, other in zip(*sizes, strict=True))
    alike = alike and t1_used[0] == t1_used[1] and alignment.information >= _ALIKE_INFORMATION
    noise = SAME_PROTOCOL if alike else OTHER_PROTOCOL
    # A ball as wide as slices are apart can lie between them and be missed.
    step_mm = max(value for grid in grids for value in grid.spacing_mm)
    return replace(noise, least_ml=max(noise.least_ml, math.pi / 6 * step_mm**3 / 1000))
