"""What a process does with a scan while the network is busy with the one before."""

import logging
from dataclasses import dataclass
from typing import Any

from wmhseg.batch.jobs import Job, require_free
from wmhseg.batch.made_from import is_finished, made_from
from wmhseg.errors import WmhsegError
from wmhseg.io.dicom_object import SegSource
from wmhseg.io.seg_source import read_seg_source
from wmhseg.model.manifest import Manifest
from wmhseg.model.provenance import HashedFile
from wmhseg.segmentation.prepare_scan import PreparedScan, prepare_files
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import Settings

DICOM_OPTION = "--dicom"
log = logging.getLogger("wmhseg")


@dataclass(frozen=True)
class Task:
    """A scan to prepare.

    Attributes:
        job: The scan.
        manifest: The ensemble, for its recipe and hashes.
        settings: How to compute.
        again: Compute it even if it is finished.
        anatomy: Weights that find the structures of the head, where regions are asked for.
    """

    job: Job
    manifest: Manifest
    settings: Settings
    again: bool
    anatomy: HashedFile | None = None


@dataclass(frozen=True)
class Finished:
    """An earlier run made the same results."""


@dataclass(frozen=True)
class Failed:
    """The scan cannot be segmented; `error` is one line."""

    error: str


@dataclass(frozen=True)
class Computable:
    """The scan waits for the network.

    Attributes:
        prepared: The scan.
        source: What its results are made from.
        seconds: Time for each step so far.
        series: The FLAIR's series, where DICOM objects are wanted.
    """

    prepared: PreparedScan
    source: dict[str, Any]
    seconds: dict[str, float]
    series: SegSource | None = None


def reason(job: Job, error: Exception) -> str:
    """Return why a scan failed, in one line: whatever it is, the other scans go on."""
    if isinstance(error, WmhsegError):
        return str(error)
    log.debug("%s", job.name, exc_info=error)
    return " ".join(f"{job.flair}: unexpected: {type(error).__name__}: {error}".split())


Answer = Finished | Failed | Computable


def prepare_ahead(task: Task) -> Answer:
    """Read and prepare a scan, unless it is finished."""
    watch = Stopwatch()
    job = task.job
    if job.error:
        return Failed(job.error)
    try:
        require_free(job.files)
        source = made_from(job, task.manifest, task.settings, task.anatomy)
        if not task.again and is_finished(job, source):
            return Finished()
        series = read_seg_source(job.flair, DICOM_OPTION) if job.dicom else None
        prepared = prepare_files(job.flair, job.t1, task.manifest.recipe, task.settings.inputs, watch)
    except MemoryError:
        return Failed(f"{job.flair}: not enough memory for an image of this size; check its header")
    except Exception as error:
        return Failed(reason(job, error))
    return Computable(prepared, source, watch.seconds, series)
