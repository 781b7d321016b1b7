"""One case of the organisers' hidden test: an image, two folders of scans, one result.

The commands are those of the challenge's page (github hjkuijf/wmhchallenge, README), without a
network:

    docker run -dit --network none -v ORIG:/input/orig:ro -v PRE:/input/pre:ro -v /output IMAGE
    docker exec ID COMMAND ; docker cp ID:/output RESULT ; docker stop ID ; docker rm -v ID
"""

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from wmhseg.challenge.engine import EngineError, docker, execute, remove
from wmhseg.challenge.peak_memory import PeakMemory
from wmhseg.errors import InputError
from wmhseg.io.volume import read_mask, read_volume
from wmhseg.io.writing import make_folder, remove_file, replacing

RESULT = "result.nii.gz"
LOG = "log.txt"
NAME_PREFIX = "wmhseg-challenge-"
_LONGEST_LINE = 300


@dataclass(frozen=True)
class ChallengeCase:
    """A case to segment.

    Attributes:
        name: What it is called.
        relative: Its place below the folder of all cases, and below that of all results.
        folder: Holds `pre` and perhaps `orig`.
    """

    name: str
    relative: Path
    folder: Path


@dataclass(frozen=True)
class Protocol:
    """What is run in each container: an image, a command, and the seconds it may take."""

    image: str
    command: tuple[str, ...]
    timeout_s: float


@dataclass(frozen=True)
class CaseRun:
    """What became of one case.

    Attributes:
        case: Its name.
        seconds: Time that the command took; None where it did not run.
        peak_memory_mb: Most memory in use, MB (10^6 bytes); None where unknown.
        exit_code: Of the command; None where it did not run to its end.
        error: Why there is no result; empty where there is one.
    """

    case: str
    seconds: float | None = None
    peak_memory_mb: float | None = None
    exit_code: int | None = None
    error: str = ""


def run_hidden_test(
    scan: ChallengeCase, protocol: Protocol, folder: Path, check: Callable[[], None]
) -> CaseRun:
    """Run one case and leave `result.nii.gz` and the command's `log.txt` in a folder.

    An earlier result is removed first. The container is gone on return, whatever happens. Other
    files that the image writes to /output are not kept.

    Args:
        scan: The case.
        protocol: Image, command and time limit.
        folder: Receives the result; made if missing.
        check: Called while the command runs; what it raises ends the case and is passed on.
    """
    make_folder(folder)
    remove_file(folder / RESULT)
    outcome = CaseRun(scan.name)
    try:
        with _container(scan, protocol.image) as container:
            outcome = _run_command(container, protocol, folder / LOG, outcome, check)
            if not outcome.error:
                _fetch_result(container, scan, folder)
                with suppress(EngineError):  # it is removed in any case
                    docker("stop", container)
    except (EngineError, InputError) as error:
        return replace(outcome, error=outcome.error or str(error))
    return outcome


@contextmanager
def _container(scan: ChallengeCase, image: str) -> Iterator[str]:
    """Start a container that waits, and remove it on leaving."""
    # The name is known beforehand, so that a start that fails half-way leaves nothing behind.
    name = f"{NAME_PREFIX}{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory(prefix="wmhseg-") as empty:
        Path(empty).chmod(0o755)
        original = scan.folder / "orig"
        inputs = {"orig": original if original.is_dir() else Path(empty), "pre": scan.folder / "pre"}
        mounts = [word for to, path in inputs.items() for word in ("-v", f"{path.resolve()}:/input/{to}:ro")]
        try:
            docker("run", "-dit", "--network", "none", "--name", name, *mounts, "-v", "/output", image)
            yield name
        finally:
            remove(name)


def _run_command(
    container: str, protocol: Protocol, log: Path, outcome: CaseRun, check: Callable[[], None]
) -> CaseRun:
    with PeakMemory(container) as memory:
        begin = time.monotonic()
        exit_code = execute(container, protocol.command, log, protocol.timeout_s, check)
        seconds = round(time.monotonic() - begin, 2)
    if exit_code is None:
        error = f"no end after {protocol.timeout_s:g} s"
    else:
        error = f"exit code {exit_code}: {_last_line(log) or 'it said nothing'}" if exit_code else ""
    return replace(
        outcome, seconds=seconds, peak_memory_mb=memory.megabytes, exit_code=exit_code, error=error
    )


def _fetch_result(container: str, scan: ChallengeCase, folder: Path) -> None:
    """Copy /output and keep the result, if it is a mask that fits the FLAIR.

    Raises:
        EngineError: /output cannot be copied.
        InputError: There is not exactly one result, or it cannot be read or has another size.
    """
    with tempfile.TemporaryDirectory(prefix=".wmhseg-", dir=folder) as temporary:
        copy = Path(temporary) / "output"
        docker("cp", f"{container}:/output", copy)
        result = _find_result(copy)
        try:
            _require_fit(result, scan)
        except InputError as error:
            raise InputError(str(error).replace(str(copy), "/output")) from None
        with replacing(folder / RESULT) as target:
            result.replace(target)


def _find_result(output: Path) -> Path:
    """Return the result in a copy of /output, at its top or else the only one below."""
    # A link made in the container would lead to a file of this machine.
    results = [path for path in sorted(output.rglob(RESULT)) if path.is_file() and not path.is_symlink()]
    if not results:
        written = [path.name + ", a link" * path.is_symlink() for path in sorted(output.rglob("*"))]
        found = "; ".join(written[:5]) or "an empty folder"
        raise InputError(f"/output: expected {RESULT}, found {found}")
    if output / RESULT in results:
        return output / RESULT
    if len(results) > 1:
        raise InputError(f"/output: expected one {RESULT}, found {len(results)} in sub-folders")
    return results[0]


def _require_fit(result: Path, scan: ChallengeCase) -> None:
    mask = read_mask(result).grid
    flair = read_volume(scan.folder / "pre" / "FLAIR.nii.gz", may_be_constant=True).grid
    if mask.size_xyz != flair.size_xyz:
        raise InputError(f"/output/{RESULT}: expected {flair} as the FLAIR, found {mask}")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip()[:_LONGEST_LINE] if lines else ""
