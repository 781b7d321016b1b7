"""The command `wmhseg`."""

import argparse
import logging
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TextIO

from wmhseg import __version__
from wmhseg.batch import command as batch
from wmhseg.bids import command as bids
from wmhseg.challenge import command as challenge
from wmhseg.errors import WmhsegError
from wmhseg.evaluation import command as evaluate
from wmhseg.ranking import command as rank
from wmhseg.recipe import RECIPES
from wmhseg.settings import add_settings, chosen_settings

log = logging.getLogger("wmhseg")

EXIT_CODES = """exit codes: 0 done; 1 unexpected error; 2 wrong arguments; 3 an input is missing, unreadable
or unfit; 4 no head or brain found; 5 weights missing, changed or unfit; 6 the result cannot be written;
7 some scans of many failed, the others are done"""

OUTPUTS = (
    ("--report", "JSON to write: volumes, lesions, quality flags, versions, hashes, timings"),
    ("--tsv", "table to write: the same as one row"),
    ("--html", "page to write: the same with pictures, for any browser"),
    ("--overlay", "PNG to write: FLAIR slices with the mask's contours"),
    ("--probability", "image to write: mean probability of the members"),
    ("--disagreement", "image to write: SD of the members' probabilities"),
    ("--lesions", "image to write: numbered lesions, 1 the largest"),
    ("--dicom-seg", "DICOM Segmentation to write (.dcm), where the FLAIR is a folder with a DICOM series"),
)

INTERRUPTED = 130  # 128 + SIGINT, as shells say it


def console() -> None:
    """Run `main` as a program."""
    code = main()
    if code:
        # TensorFlow may still be starting in the background: nobody waits for it after a failure.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; print one line on an error and return its exit code."""
    options = _parser().parse_args(arguments)
    level = logging.WARNING if options.quiet else logging.DEBUG if options.verbose else logging.INFO
    _log_to_stderr(level)
    try:
        options.run(options)
    except WmhsegError as error:
        log.error("error: %s", error)
        return error.exit_code
    except MemoryError:
        log.error("error: not enough memory; give the container or machine at least 2 GB")
        return 1
    except KeyboardInterrupt:
        log.error("interrupted")
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wmhseg",
        description="Segment white matter hyperintensities (WMH). Research use only.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"wmhseg {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    segment = commands.add_parser("segment", help="FLAIR (and T1) to a WMH mask", epilog=EXIT_CODES)
    segment.add_argument(
        "--flair", type=Path, required=True, help="FLAIR image, or folder with its DICOM series"
    )
    segment.add_argument(
        "--t1", type=Path, help="T1, likewise; registered to the FLAIR where it does not fit"
    )
    segment.add_argument("--output", type=Path, required=True, help="mask to write, on the FLAIR's grid")
    for name, text in OUTPUTS:
        segment.add_argument(name, type=Path, metavar="FILE", help=text)
    segment.add_argument(
        "--all-members",
        action="store_true",
        help="compute every member in full, for a report with interval and volumes by threshold",
    )
    add_settings(segment)
    segment.set_defaults(run=_segment)

    imported = commands.add_parser(
        "import-weights", help="the authors' Keras 2 files to an ensemble", epilog=EXIT_CODES
    )
    imported.add_argument("files", type=Path, nargs="+", metavar="H5", help="0.h5 1.h5 2.h5")
    imported.add_argument(
        "--recipe",
        choices=tuple(RECIPES),
        default="published",
        help="recipe that the weights were trained with",
    )
    imported.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder to write")
    imported.set_defaults(run=_import_weights)

    modules = [
        _module_command(commands, name, module, text)
        for name, module, text in (
            ("batch", batch, "many scans with one loaded model, and a table and a page of them all"),
            ("bids", bids, "BIDS App: a BIDS data set in, BIDS derivatives out"),
            ("evaluate", evaluate, "score results as the challenge's organisers do"),
            ("rank", rank, "the challenge's ranking of teams"),
            ("challenge", challenge, "the organisers' hidden test of a Docker image"),
        )
    ]

    for command in (segment, imported, *modules):
        loudness = command.add_mutually_exclusive_group()
        loudness.add_argument("-q", "--quiet", action="store_true", help="warnings and errors only")
        loudness.add_argument("-v", "--verbose", action="store_true", help="say more")
    return parser


def _module_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, module: ModuleType, text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, epilog=EXIT_CODES)
    module.add_arguments(command)
    command.set_defaults(run=module.run)
    return command


def _segment(options: argparse.Namespace) -> None:
    from wmhseg.segmentation.result_files import Outputs
    from wmhseg.segmentation.segment_files import run

    run(
        options.flair,
        options.t1,
        Outputs(
            mask=options.output,
            report=options.report,
            overlay=options.overlay,
            probability=options.probability,
            disagreement=options.disagreement,
            lesions=options.lesions,
            tsv=options.tsv,
            html=options.html,
            dicom_seg=options.dicom_seg,
            all_members=options.all_members,
        ),
        chosen_settings(options),
    )


def _import_weights(options: argparse.Namespace) -> None:
    from wmhseg.model.import_weights import import_keras2

    import_keras2(options.files, RECIPES[options.recipe], options.output)
    log.info("%d members written to %s", len(options.files), options.output)


def _log_to_stderr(level: int) -> None:
    handler = logging.StreamHandler(_stderr_copy())
    handler.setFormatter(logging.Formatter("wmhseg: %(message)s"))
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


if __name__ == "__main__":
    console()
