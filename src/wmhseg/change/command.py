"""`wmhseg change A B [C ...] --output FOLDER`: the arguments, without the packages that the work needs."""

import argparse
from dataclasses import replace
from pathlib import Path

from wmhseg.arguments import add_loudness, add_parts
from wmhseg.errors import ArgumentsError
from wmhseg.settings import add_regions, add_settings, chosen_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument(
        "scans",
        type=Path,
        nargs="*",
        metavar="SCAN",
        help="FLAIR of each time, the earliest first: an image, a folder with FLAIR.nii.gz or "
        "pre/FLAIR.nii.gz (and T1.nii.gz beside it), or a folder with a DICOM series",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="folder to write")
    parser.add_argument(
        "--t1", type=Path, nargs="+", metavar="T1", help="T1 of each time, in the same order as the scans"
    )
    parser.add_argument(
        "--list",
        type=Path,
        metavar="TSV",
        help="many people instead: a table with the columns subject and flair (and, if wanted, t1), the "
        "earliest scan of each subject first; a folder each below the output, and a table of all",
    )
    parser.add_argument("--again", action="store_true", help="with --list: compare anew who is finished")
    add_parts(parser, "people of --list", "the table of all")
    add_regions(parser)
    add_settings(parser)
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Compare the times and write what changed.

    Raises:
        ArgumentsError: Scans and a list are given, or a part of no list.
        WmhsegError: See `run_change` and `run_people`.
    """
    from wmhseg.change.run_change import run_change
    from wmhseg.change.scan_inputs import scan_inputs
    from wmhseg.segmentation.networks import Networks

    settings = replace(chosen_settings(options), regions=options.regions)
    if options.list is None:
        if options.part or options.gather:
            raise ArgumentsError("--part, --gather: expected --list with them, found none; add it")
        inputs = scan_inputs(options.scans, options.t1)
        networks = Networks(settings, "segment")
        networks.start()
        run_change(inputs, options.output, networks)
        return
    from wmhseg.change.people import read_people
    from wmhseg.change.run_people import gather_people, run_people

    if options.scans or options.t1:
        raise ArgumentsError(
            "--list: expected no other scans and no --t1, found some; put them into the table"
        )
    people = read_people(options.list)
    if options.gather:
        gather_people(people, options.output)
    else:
        run_people(people, options.output, settings, again=options.again, part=options.part)
