"""`wmhseg change A B [C ...] --output FOLDER`: the arguments, without the packages that the work needs."""

import argparse
from pathlib import Path

from wmhseg.arguments import add_loudness
from wmhseg.settings import add_settings, chosen_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument(
        "scans",
        type=Path,
        nargs="+",
        metavar="SCAN",
        help="FLAIR of each time, the earliest first: an image, a folder with FLAIR.nii.gz or "
        "pre/FLAIR.nii.gz (and T1.nii.gz beside it), or a folder with a DICOM series",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="folder to write")
    parser.add_argument(
        "--t1", type=Path, nargs="+", metavar="T1", help="T1 of each time, in the same order as the scans"
    )
    add_settings(parser)
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Compare the times and write what changed.

    Raises:
        WmhsegError: See `run_change`.
    """
    from wmhseg.change.run_change import run_change
    from wmhseg.change.scan_inputs import scan_inputs

    run_change(scan_inputs(options.scans, options.t1), options.output, chosen_settings(options))
