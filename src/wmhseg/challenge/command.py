"""`wmhseg challenge IMAGE CASES OUT`: the arguments, without the packages that the work needs."""

import argparse
from pathlib import Path

from wmhseg.arguments import add_loudness


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `wmhseg challenge`."""
    parser.add_argument("image", metavar="IMAGE", help="image in the local Docker engine")
    parser.add_argument(
        "cases",
        type=Path,
        metavar="CASES",
        help="folder with cases, at any depth: CASE/pre/FLAIR.nii.gz, CASE/orig",
    )
    parser.add_argument(
        "output",
        type=Path,
        metavar="OUT",
        help="folder to write: CASE/result.nii.gz, CASE/log.txt and challenge.csv",
    )
    parser.add_argument(
        "--command",
        default="segment",
        help="what to run in each container (default: segment, that of wmhseg)",
    )
    parser.add_argument(
        "--timeout", type=_seconds, default=3600.0, metavar="S", help="seconds for each case (default 3600)"
    )
    parser.add_argument(
        "--again", action="store_true", help="run every case anew; without it, finished cases are left alone"
    )
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Run the image on every case, one container a case, and write results and record.

    Raises:
        InputError: There are no cases or no such image, or OUT holds results of another image.
        OutputError: OUT cannot be written.
        WmhsegError: Cases failed; they are named.
    """
    from wmhseg.challenge.run_challenge import ChallengeSettings, run_challenge

    settings = ChallengeSettings(options.image, options.command, options.timeout, options.again)
    run_challenge(options.cases, options.output, settings)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0, found {text!r}")
    return value
