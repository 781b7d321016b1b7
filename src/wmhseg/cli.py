"""The command `wmhseg`: a table of commands, and what errors become."""

import argparse
import logging
import os
import sys
import traceback
from dataclasses import dataclass
from importlib import import_module
from io import TextIOWrapper
from typing import TextIO

from wmhseg import __version__
from wmhseg.errors import OutputError, WmhsegError

log = logging.getLogger("wmhseg")

EXIT_CODES = """exit codes: 0 done; 1 unexpected error; 2 wrong arguments; 3 an input is missing, unreadable
or unfit; 4 no head or brain found; 5 weights missing, changed or unfit; 6 the result cannot be written;
7 some scans of many failed, the others are done"""

INTERRUPTED = 130  # 128 + SIGINT, as shells say it


@dataclass(frozen=True)
class Command:
    """A command: its module has `add_arguments(parser)` and `run(options)`."""

    name: str
    module: str
    text: str


COMMANDS = (
    Command("segment", "wmhseg.segmentation.command", "FLAIR (and T1) to a WMH mask"),
    Command("batch", "wmhseg.batch.command", "many scans with one loaded model; a table and a page of them"),
    Command("bids", "wmhseg.bids.command", "BIDS App: a BIDS data set in, BIDS derivatives out"),
    Command("change", "wmhseg.change.command", "the same person at two or more times: what changed"),
    Command("evaluate", "wmhseg.evaluation.command", "score results, or weights, as the organisers do"),
    Command("rank", "wmhseg.ranking.command", "the challenge's ranking of teams"),
    Command("challenge", "wmhseg.challenge.command", "the organisers' hidden test of a Docker image"),
    Command("import-weights", "wmhseg.model.command", "the authors' Keras 2 files to an ensemble"),
    Command("train", "wmhseg.training.command", "labelled scans to networks, and networks to an ensemble"),
    Command("synthesise", "wmhseg.synthesis.command", "label maps and lesion masks to training slices"),
    Command("sheet", "wmhseg.synthesis.sheet", "synthetic slices beside real ones, as pictures"),
    Command("experiments", "wmhseg.experiments.command", "the paper's tables and figures on your cases"),
)


class OneLine(logging.Formatter):
    """A message in one line: what files hold may break lines or move a terminal's cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message with all that is not printable escaped; a traceback stays as it is."""
        text = super().format(record)
        if record.levelno == logging.DEBUG:
            return text
        return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def console() -> None:
    """Run `main` as a program."""
    if isinstance(sys.stdout, TextIOWrapper):
        # Names of files may be no UTF-8; standard error escapes them by itself.
        sys.stdout.reconfigure(errors="backslashreplace")
    code = main()
    if code:
        # TensorFlow may still be starting in the background: nobody waits for it after a failure, and an
        # interpreter that ends meanwhile may be aborted.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; print one line on an error and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = make_parser(arguments).parse_args(arguments)
    level = logging.WARNING if options.quiet else logging.DEBUG if options.verbose else logging.INFO
    _log_to_stderr(level)
    try:
        options.perform(options)
    except WmhsegError as error:
        return _fail(str(error), error.exit_code)
    except MemoryError:
        return _fail("not enough memory; give the container or machine at least 2 GB", 1)
    except KeyboardInterrupt:
        log.error("interrupted")
        return INTERRUPTED
    except OSError as error:
        where = error.filename or "a file"
        return _fail(f"{where}: cannot be read or written ({error.strerror or error})", OutputError.exit_code)
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return _fail(f"unexpected: {said}; -v shows where, please report it", 1)
    return 0


def make_parser(arguments: list[str]) -> argparse.ArgumentParser:
    """Return the parser; only the module of the command that is asked for is imported.

    Args:
        arguments: What will be parsed.
    """
    parser = argparse.ArgumentParser(
        prog="wmhseg",
        description="Segment white matter hyperintensities (WMH). Research use only.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"wmhseg {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(
            command.name, help=command.text, description=command.text, epilog=EXIT_CODES
        )
        if command.name in arguments[:1]:
            module = import_module(command.module)
            module.add_arguments(one)
            one.set_defaults(perform=module.run)
    return parser


def _fail(said: str, code: int) -> int:
    """Say what went wrong in one line, and with -v where."""
    log.error("error: %s", said)
    log.debug("%s", traceback.format_exc().rstrip())
    return code


def _log_to_stderr(level: int) -> None:
    handler = logging.StreamHandler(_stderr_copy())
    handler.setFormatter(OneLine("wmhseg: %(message)s"))
    log.handlers, log.propagate = [handler], False
    log.setLevel(level)


def _stderr_copy() -> TextIO:
    """Return a copy of standard error, because the original is muted while TensorFlow starts."""
    try:
        copy = os.dup(sys.stderr.fileno())
        # A terminal without Unicode gets \u2026 for an ellipsis, as Python's own standard error does.
        return os.fdopen(copy, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")
    except (OSError, ValueError):  # replaced by something without a file, as in notebooks
        return sys.stderr
