"""The organisers' hidden test on a folder of cases, for any image that follows their protocol."""

import logging
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tqdm import tqdm

from wmhseg.challenge.engine import require_image
from wmhseg.challenge.hidden_test import RESULT, CaseRun, ChallengeCase, Protocol, run_hidden_test
from wmhseg.challenge.record import NAME, Origin, read_record, write_record
from wmhseg.challenge.stop_request import StopRequest
from wmhseg.errors import InputError, OutputError, WmhsegError
from wmhseg.io.files import walk

log = logging.getLogger("wmhseg")

FLAIR = Path("pre", "FLAIR.nii.gz")


@dataclass(frozen=True)
class ChallengeSettings:
    """How to run the image.

    Attributes:
        image: Its name in the local Docker engine.
        command: What to run in each container, as it would be typed after `docker exec ID`.
        timeout_s: Seconds for each case.
        again: Forget earlier results and run every case.
    """

    image: str
    command: str
    timeout_s: float
    again: bool


def run_challenge(cases: Path, output: Path, settings: ChallengeSettings) -> None:
    """Run the image on every case at or below a folder, one container a case.

    Writes `result.nii.gz` and `log.txt` for each case, at its place below `cases`, and `challenge.csv`.

    Raises:
        InputError: There are no cases or no such image, or `output` holds results of another image.
        OutputError: `output` cannot be written.
        WmhsegError: Cases failed; they are named.
    """
    scans = find_scans(cases)
    protocol = Protocol(settings.image, _words(settings.command), settings.timeout_s)
    origin = Origin(require_image(settings.image), settings.command)
    try:
        if settings.again:
            _forget(scans, output)
        outcomes = _run_all(scans, protocol, output, origin)
    except OSError as error:
        raise OutputError(f"{output}: cannot be written ({error.strerror})") from None
    _summarise(outcomes)
    log.info("score them: wmhseg evaluate %s %s", cases, output)
    if failed := [outcome.case for outcome in outcomes if outcome.error]:
        raise WmhsegError(
            f"{len(failed)} of {len(scans)} cases failed: {', '.join(failed)}; "
            f"see {output / NAME} and their log.txt"
        )


def find_scans(root: Path) -> list[ChallengeCase]:
    """Return every folder at or below `root` with `pre/FLAIR.nii.gz`, by name.

    Raises:
        InputError: There is none.
    """
    folders = sorted(folder for folder, _, _ in walk(root))
    scans = [
        ChallengeCase(
            relative.as_posix() if relative.name else root.resolve().name, relative, root / relative
        )
        for relative in (folder.relative_to(root) for folder in folders if (folder / FLAIR).is_file())
    ]
    if not scans:
        raise InputError(f"{root}: expected folders with {FLAIR}, found none; check the path")
    return scans


def _words(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise InputError(f"--command: expected words as in a shell, found {command!r} ({error})") from None
    if not words:
        raise InputError("--command: expected a command to run in each container, found none")
    return words


def _forget(scans: Sequence[ChallengeCase], output: Path) -> None:
    """Remove earlier results and their record."""
    for path in (output / NAME, *(output / scan.relative / RESULT for scan in scans)):
        path.unlink(missing_ok=True)


def _run_all(
    scans: Sequence[ChallengeCase], protocol: Protocol, output: Path, origin: Origin
) -> list[CaseRun]:
    """Run the cases that are not finished and return all outcomes; the record is written after each."""
    output.mkdir(parents=True, exist_ok=True)
    outcomes = read_record(output / NAME, origin)
    waiting = [scan for scan in scans if not _is_finished(outcomes.get(scan.name), output / scan.relative)]
    if len(waiting) < len(scans):
        log.info("%d of %d cases are finished already", len(scans) - len(waiting), len(scans))
    if without := sum(not (scan.folder / "orig").is_dir() for scan in waiting):
        log.info("%d of %d cases have no orig/: an empty folder is mounted", without, len(waiting))
    with StopRequest() as stop:
        for scan in _with_progress(waiting):
            stop.check()
            outcomes[scan.name] = run_hidden_test(scan, protocol, output / scan.relative, stop.check)
            write_record(output / NAME, outcomes.values(), origin)
    return [outcomes[scan.name] for scan in scans]


def _with_progress(scans: Sequence[ChallengeCase]) -> Iterable[ChallengeCase]:
    """Show a bar, where there is a terminal."""
    return tqdm(scans, unit="case", disable=None if log.isEnabledFor(logging.INFO) else True)


def _is_finished(outcome: CaseRun | None, folder: Path) -> bool:
    return outcome is not None and not outcome.error and (folder / RESULT).is_file()


def _summarise(outcomes: Sequence[CaseRun]) -> None:
    """Say how it went, with the reason of each failure."""
    finished = [outcome for outcome in outcomes if not outcome.error]
    seconds = [outcome.seconds for outcome in finished if outcome.seconds is not None]
    megabytes = [outcome.peak_memory_mb for outcome in finished if outcome.peak_memory_mb is not None]
    said = [f"{len(finished)} of {len(outcomes)} cases finished"]
    said += [f"median {median(seconds):.1f} s"] if seconds else []
    said += [f"at most {max(megabytes):.0f} MB"] if megabytes else []
    log.info("%s", ", ".join(said))
    for outcome in outcomes:
        if outcome.error:
            log.error("%s: %s", outcome.case, outcome.error)
