"""One time: the scan, its segmentation, and all that is measured of it."""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wmhseg.change.scan_inputs import ScanInput
from wmhseg.errors import InputError
from wmhseg.io.dicom_object import SegSource
from wmhseg.io.seg_source import read_seg_source
from wmhseg.io.volume import Volume
from wmhseg.model import ensemble_loader
from wmhseg.model.manifest import Manifest, chosen_manifest
from wmhseg.model.provenance import hashed_files, trace
from wmhseg.segmentation import anatomist
from wmhseg.segmentation.measure import Measured
from wmhseg.segmentation.measure_asked import Asked, measure_asked
from wmhseg.segmentation.prepare_scan import prepare_files
from wmhseg.segmentation.read_scan import ScanNames
from wmhseg.segmentation.segment_scan import finish, predict_slices
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import Settings

if TYPE_CHECKING:
    from wmhseg.model.ensemble import Ensemble

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


@dataclass(frozen=True)
class Model:
    """The ensemble, which is being loaded.

    Attributes:
        manifest: Its manifest.
        settings: How to compute.
        starting: Gives the ensemble once it is there.
        finder: Finds the structures of the head, where regions are asked for.
        forgiving: Regions that cannot be told are a warning, not an error.
    """

    manifest: Manifest
    settings: Settings
    starting: "Future[Ensemble]"
    finder: anatomist.Anatomist | None = None
    forgiving: bool = False


def start_model(settings: Settings, *, forgiving: bool = False) -> Model:
    """Begin to load the ensemble.

    Args:
        settings: How to compute; of what the structures of the head are needed for, regions only are told.
        forgiving: Whether regions that cannot be told are a warning, not an error.

    Raises:
        WeightsError: The weights are missing, changed or unfit.
    """
    ensemble_loader.require_runtime(settings, "segment")
    manifest = chosen_manifest(settings)
    settings = replace(settings, mni=False, filled_t1=False)
    starting = ensemble_loader.load_in_background(manifest, settings)
    finder = anatomist.load_anatomist(settings.threads) if settings.regions else None
    return Model(manifest, settings, starting, finder, forgiving)


def segment_times(inputs: Iterable[ScanInput], model: Model) -> Iterator[TimePoint]:
    """Segment each scan as `wmhseg segment` does.

    Raises:
        InputError: An image is missing, unreadable or unfit, or that of an earlier time again.
        BrainMaskError: No head or brain was found, or no ventricles to tell regions by.
        RegistrationError: The T1 that is required cannot be registered.
        WeightsError: The weights are missing, changed or unfit.
    """
    manifest, settings = model.manifest, model.settings
    seen: dict[str, str] = {}
    for one in inputs:
        source = _seg_source(one)
        prepared = prepare_files(one.flair, one.t1, manifest.recipe, settings.inputs, Stopwatch())
        key = prepared.scan.flair.sha256()
        if key in seen:
            raise InputError(
                f"{one.name}: expected a scan of another time, found the image of {seen[key]} again; "
                "check the paths"
            )
        seen[key] = one.name
        ensemble = model.starting.result()
        predicted = predict_slices(ensemble, prepared.windows.slices, None)
        result = finish(prepared, predicted, manifest.recipe)
        provenance = trace(*hashed_files(one.flair, one.t1), manifest, ensemble.precision)
        finder = model.finder
        with ScanNames.of(one.flair, one.t1).in_errors():
            structures = None if finder is None else finder.look_at(prepared, manifest.recipe)
            asked = Asked(settings, structures, forgiving=model.forgiving)
            measured = measure_asked(prepared.scan, result, provenance, asked)
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
