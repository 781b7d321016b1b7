"""The Docker engine, through its own command."""

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wmhseg.errors import InputError

# Far more than any of these calls takes; an engine that hangs must not hang the program.
CALL_TIMEOUT_S = 300.0
_POLL_S = 0.1


class EngineError(Exception):
    """A call of the engine failed; the message is its last line."""


def docker(*arguments: str | Path, timeout_s: float = CALL_TIMEOUT_S) -> str:
    """Run `docker ARGUMENT...` to its end and return what it writes to standard output.

    Its own session keeps a terminal's Ctrl-C from it: a container that is being started must have
    started before it can be removed.

    Raises:
        EngineError: The call failed or took longer than `timeout_s`.
    """
    try:
        done = subprocess.run(
            ["docker", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"docker {arguments[0]} did not end within {timeout_s:g} s") from None
    if done.returncode:
        raise EngineError(_last_line(done.stderr) or f"docker {arguments[0]} failed ({done.returncode})")
    return done.stdout


def execute(
    container: str, command: Sequence[str], log: Path, timeout_s: float, check: Callable[[], None]
) -> int | None:
    """Run a command in a container and return its exit code, or None when its time is over.

    A command that is left behind goes on in the container until that is removed.

    Args:
        container: Its name.
        command: Program and arguments.
        log: File that receives standard output and error.
        timeout_s: Seconds to wait.
        check: Called while waiting; what it raises ends the wait.
    """
    end = time.monotonic() + timeout_s
    with (
        log.open("wb") as file,
        subprocess.Popen(
            ["docker", "exec", container, *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            while time.monotonic() < end:
                check()
                try:
                    return process.wait(_POLL_S)
                except subprocess.TimeoutExpired:
                    continue
            return None
        finally:
            process.kill()


def remove(container: str) -> None:
    """Remove a container with its anonymous volumes, running or not; none is none too many.

    Raises:
        EngineError: It may still be there.
    """
    try:
        docker("rm", "--force", "--volumes", container)
    except EngineError as error:
        if "no such container" not in str(error).lower():
            raise EngineError(
                f"{error}; the container may still be there: docker rm --force --volumes {container}"
            ) from None


def require_image(image: str) -> str:
    """Return the identity (SHA-256) of an image that the engine has.

    Raises:
        InputError: There is no docker command, no engine that answers, or no such image.
    """
    if shutil.which("docker") is None:
        raise InputError("docker: expected the command of a Docker engine, found none; install one")
    try:
        return docker("image", "inspect", "--format", "{{.Id}}", image).strip()
    except EngineError as error:
        raise InputError(
            f"{image}: expected an image in a running Docker engine, found: {error}; start the engine, "
            "or build or pull the image first"
        ) from None


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""
