"""All that is asked of a result: its numbers, regions, MNI space and the filled T1."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import BrainMaskError, InputError
from wmhseg.io.volume import Volume
from wmhseg.model.provenance import Provenance
from wmhseg.segmentation.anatomist import Structures
from wmhseg.segmentation.group_study import with_filled_t1, with_mni, with_warnings
from wmhseg.segmentation.measure import Measured, measure, with_regions
from wmhseg.segmentation.parcellation import Parcellation
from wmhseg.segmentation.read_scan import Scan
from wmhseg.segmentation.segment_scan import Segmentation
from wmhseg.settings import Settings


@dataclass(frozen=True)
class Asked:
    """What to tell of a scan besides its numbers.

    Attributes:
        settings: Whether regions, MNI space and the filled T1 are asked for.
        structures: Those of the head; None where none of them is.
        parcels: Labels on the FLAIR's grid to count by.
        t1: File or folder of the T1 to fill, or what is stored there.
        forgiving: What cannot be told is a warning of the result, not an error.
    """

    settings: Settings
    structures: Structures | None = None
    parcels: Parcellation | None = None
    t1: Path | Volume | None = None
    forgiving: bool = False


def measure_asked(
    scan: Scan,
    result: Segmentation,
    provenance: Provenance,
    asked: Asked,
    lap: Callable[[str], object] = lambda step: None,
) -> Measured:
    """Measure a result, and add what is asked for.

    Args:
        scan: What was segmented.
        result: The segmentation.
        provenance: Where it comes from.
        asked: What to add.
        lap: Called after each step with its name.

    Raises:
        BrainMaskError: There are no ventricles to tell regions by, or too little brain.
        RegistrationError: The brain does not fit the MNI template.
        InputError: The T1 cannot be filled.
    """
    measured = measure(scan, result, provenance, asked.parcels)
    settings, structures = asked.settings, asked.structures
    if structures is None:
        return measured

    def fill(measured: Measured, structures: Structures) -> Measured:
        return with_filled_t1(measured, structures, scan, asked.t1)

    steps = (
        ("regions", settings.regions, with_regions, "no regions"),
        ("mni", settings.mni, with_mni, "not in MNI space"),
        ("filled_t1", settings.filled_t1, fill, "no filled T1"),
    )
    for name, wanted, add, lost in steps:
        if not wanted:
            continue
        try:
            measured = add(measured, structures)
        except (BrainMaskError, InputError) as error:
            if not asked.forgiving:
                raise
            measured = with_warnings(measured, [f"{lost}: {error}"])
        lap(name)
    return measured
