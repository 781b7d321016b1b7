"""Two or more scans of a person to what changed between them: what `wmhseg change` does."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wmhseg.batch.jobs import Job, files_in
from wmhseg.batch.made_from import made_from
from wmhseg.change.compare import Comparison, compare
from wmhseg.change.lesion_change import Kind
from wmhseg.change.scan_inputs import ScanInput
from wmhseg.change.table import count
from wmhseg.change.time_point import segment_times
from wmhseg.change.write_change import JSON, pairs_of, write_change
from wmhseg.errors import InputError, OutputError
from wmhseg.io.writing import make_folder, replacing
from wmhseg.segmentation.networks import Networks

log = logging.getLogger("wmhseg")


def run_change(
    inputs: Sequence[ScanInput], output: Path, networks: Networks, *, forgiving: bool = False
) -> tuple[Comparison, ...]:
    """Segment all times, compare each with the next and the first with the last, and write the results.

    Everything is computed before the first file is written.

    Args:
        inputs: Two or more, the earliest first.
        output: Folder to write.
        networks: What to segment them with.
        forgiving: Regions that cannot be told are a warning, not an error.

    Raises:
        InputError: An image is missing, unreadable, unfit, or given twice.
        BrainMaskError: No head or brain was found, or no ventricles to tell regions by.
        RegistrationError: Two scans do not seem to show one head.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: The folder cannot be written.
    """
    source = made_from_all(inputs, networks)
    _require_different(inputs, source)
    _require_apart(inputs, output)
    make_folder(output)
    with replacing(output / JSON, discard=True):
        pass
    times = tuple(segment_times(inputs, networks, forgiving=forgiving))
    recipe = times[0].measured.findings.provenance.recipe
    comparisons = tuple(compare(times[one], times[other], recipe) for one, other in pairs_of(len(times)))
    write_change(output, times, comparisons, source)
    for one in comparisons:
        log.info("%s", _said(one))
    log.info("%s", output / "change.html")
    return comparisons


def made_from_all(inputs: Sequence[ScanInput], networks: Networks) -> list[dict[str, Any]]:
    """Return what decides over the result: of each time what `wmhseg batch` records.

    Raises:
        InputError: An image is missing or unreadable.
    """
    # No files of a batch: only the images count.
    jobs = (Job(one.name, one.flair, one.t1, files_in(Path())) for one in inputs)
    return [made_from(job, networks.manifest, networks.settings, networks.anatomy) for job in jobs]


def _require_different(inputs: Sequence[ScanInput], source: Sequence[dict[str, Any]]) -> None:
    """Say before minutes of computing that a scan was given twice."""
    seen: dict[str, str] = {}
    for one, made in zip(inputs, source, strict=True):
        sha256 = made["flair"]
        if sha256 in seen:
            raise InputError(
                f"{one.name}: expected a scan of another time, found the image of {seen[sha256]} again; "
                "check the paths"
            )
        seen[sha256] = one.name


def _require_apart(inputs: Sequence[ScanInput], output: Path) -> None:
    """Keep results out of a series' folder, where a segmentation would stop the next run."""
    for one in inputs:
        if one.flair.is_dir() and output.resolve() == one.flair.resolve():
            raise OutputError(
                f"{output}: expected another folder than the inputs'; write the results elsewhere"
            )


def _said(one: Comparison) -> str:
    volume = one.volume
    counts = ", ".join(f"{count(one.lesions, kind)} {kind.value}" for kind in Kind)
    return (
        f"{one.names[0]} to {one.names[1]}: {volume.change_ml:+.2f} ml ({volume.verdict}; "
        f"noise {volume.noise_ml:.2f} ml); lesions: {counts}"
    )
