"""One time: the scan, its segmentation, and all that is measured of it."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wmhseg.change.scan_inputs import ScanInput
from wmhseg.errors import InputError
from wmhseg.io.dicom_object import SegSource
from wmhseg.io.seg_source import read_seg_source
from wmhseg.io.volume import Volume
from wmhseg.model.provenance import hashed_files
from wmhseg.segmentation.measure import Measured
from wmhseg.segmentation.measure_seen import Asked, measure_seen
from wmhseg.segmentation.networks import Networks
from wmhseg.segmentation.prepare_scan import prepare_files
from wmhseg.segmentation.read_scan import ScanNames
from wmhseg.segmentation.stopwatch import Stopwatch

log = logging.getLogger("wmhseg")


@dataclass(frozen=True)
class TimePoint:
    """A person at one time.

    Attributes:
        name: What the user called the scan.
        flair: FLAIR on its own grid, as it was segmented.
        measured: The segmentation, every member computed in full.
        key: SHA-256 of the FLAIR's voxels and grid.
        source: The FLAIR's series, where it is one that a DICOM Segmentation can refer to.
    """

    name: str
    flair: Volume
    measured: Measured
    key: str
    source: SegSource | None = None


def segment_times(
    inputs: Iterable[ScanInput], networks: Networks, *, forgiving: bool = False
) -> Iterator[TimePoint]:
    """Segment each scan as `wmhseg segment` does.

    Args:
        inputs: The scans.
        networks: What to segment them with.
        forgiving: Regions that cannot be told are a warning, not an error.

    Raises:
        InputError: An image is missing, unreadable or unfit, or that of an earlier time again.
        BrainMaskError: No head or brain was found, or no ventricles to tell regions by.
        RegistrationError: The T1 that is required cannot be registered.
        WeightsError: The weights are missing, changed or unfit.
    """
    recipe, settings = networks.manifest.recipe, networks.settings
    known: dict[str, str] = {}
    for one in inputs:
        source = _seg_source(one)
        prepared = prepare_files(one.flair, one.t1, recipe, settings.inputs, Stopwatch())
        key = prepared.scan.flair.sha256()
        if key in known:
            raise InputError(
                f"{one.name}: expected a scan of another time, found the image of {known[key]} again; "
                "check the paths"
            )
        known[key] = one.name
        with ScanNames.of(one.flair, one.t1).in_errors():
            seen = networks.see(prepared, in_full=True)
            asked = Asked(settings, forgiving=forgiving)
            measured = measure_seen(prepared, seen, hashed_files(one.flair, one.t1), asked)
        for warning in measured.findings.warnings:
            log.warning("%s", warning)
        log.info("%.2f ml WMH: %s", measured.findings.summary.volume_ml, one.name)
        yield TimePoint(one.name, prepared.scan.flair, measured, key, source)


def _seg_source(one: ScanInput) -> SegSource | None:
    """Return the series; None for other images, and with a warning where no segmentation can refer to it."""
    if not one.flair.is_dir():
        return None
    try:
        return read_seg_source(one.flair)
    except InputError as error:
        log.warning(
            "%s; no DICOM Segmentation is written", str(error).replace("--dicom-seg", "DICOM Segmentation")
        )
        return None
