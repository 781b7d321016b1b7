"""How large a difference must be to be one: what two scans of an unchanged head differ by.

The constants come from synthetic heads that were drawn twice without a change, on other scanners
(benchmarks/change.py; docs/reference/change.md has the numbers).
"""

import math

# A lesion's border is off by a constant distance, so its volume by a constant times volume^(2/3).
LESION_NOISE = 0.5
# SD of the difference of the total volume: a constant part and one that grows with the volume.
TOTAL_CONSTANT_ML, TOTAL_SHARE = 0.3, 0.08
COVERAGE = 1.96  # of 95 % of a normal distribution


def lesion_noise_ml(volume_ml: float) -> float:
    """Return the difference that two scans of an unchanged lesion stay below nine times in ten."""
    return LESION_NOISE * volume_ml ** (2 / 3)


def total_noise_ml(volume_ml: float, position_sd_ml: float) -> float:
    """Return the difference that two scans of an unchanged head stay below 19 times in 20.

    Args:
        volume_ml: Mean volume of both times.
        position_sd_ml: SD of the difference when the voxels lie elsewhere.
    """
    return COVERAGE * math.hypot(TOTAL_CONSTANT_ML, TOTAL_SHARE * volume_ml, position_sd_ml)
