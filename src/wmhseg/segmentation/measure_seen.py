"""From what the networks saw to all that is asked of a scan: mask, numbers, regions, MNI space, filled T1."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import BrainMaskError, InputError
from wmhseg.io.volume import Volume
from wmhseg.model.provenance import HashedFile, trace
from wmhseg.segmentation.anatomist import Structures
from wmhseg.segmentation.group_study import with_filled_t1, with_mni, with_warnings
from wmhseg.segmentation.measure import Measured, measure, with_regions
from wmhseg.segmentation.networks import Seen
from wmhseg.segmentation.parcellation import Parcellation
from wmhseg.segmentation.prepare_scan import PreparedScan
from wmhseg.segmentation.segment_scan import finish
from wmhseg.settings import Settings


@dataclass(frozen=True)
class Asked:
    """What to tell of a scan besides its numbers.

    Attributes:
        settings: Whether regions, MNI space and the filled T1 are asked for.
        parcels: Labels on the FLAIR's grid to count by.
        t1: File or folder of the T1 to fill, or what is stored there.
        forgiving: What cannot be told is a warning of the result, not an error.
    """

    settings: Settings
    parcels: Parcellation | None = None
    t1: Path | Volume | None = None
    forgiving: bool = False


def measure_seen(
    prepared: PreparedScan,
    seen: Seen,
    inputs: tuple[HashedFile, HashedFile | None],
    asked: Asked,
    lap: Callable[[str], object] = lambda step: None,
) -> Measured:
    """Make a scan's mask, measure it, and add what is asked for.

    Args:
        prepared: The scan.
        seen: What the networks saw in it.
        inputs: FLAIR and T1, for the report.
        asked: What to add.
        lap: Called after each step with its name.

    Raises:
        BrainMaskError: There are no ventricles to tell regions by, or too little brain.
        RegistrationError: The brain does not fit the MNI template.
        InputError: The T1 cannot be filled.
    """
    result = finish(prepared, seen.predicted, seen.manifest.recipe)
    lap("postprocess")
    scan = prepared.scan
    measured = measure(scan, result, trace(*inputs, seen.manifest, seen.precision), asked.parcels)
    lap("measure")
    settings, structures = asked.settings, seen.structures
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
