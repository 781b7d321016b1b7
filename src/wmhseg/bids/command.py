"""`wmhseg bids BIDS_DIR OUT {participant,group}`: the arguments, without the packages that the work needs."""

import argparse
from pathlib import Path

from wmhseg.arguments import add_loudness
from wmhseg.batch.command import add_computing, computing_settings, workers
from wmhseg.errors import ArgumentsError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads, by the names that BIDS Apps share."""
    parser.add_argument("bids_dir", type=Path, metavar="BIDS_DIR", help="BIDS data set")
    parser.add_argument("output", type=Path, metavar="OUT", help="folder for the derivatives")
    parser.add_argument(
        "level",
        choices=("participant", "group"),
        help="participant: segment; group: table and page from the participants' results",
    )
    parser.add_argument(
        "--participant-label",
        "--participant_label",
        nargs="+",
        default=[],
        metavar="LABEL",
        help='participants, with or without "sub-" (default: all)',
    )
    parser.add_argument(
        "--session-label",
        "--session_label",
        nargs="+",
        default=[],
        metavar="LABEL",
        help='sessions, with or without "ses-" (default: all)',
    )
    parser.add_argument(
        "--skip-bids-validation",
        "--skip_bids_validator",
        action="store_true",
        help="accept a data set without a proper dataset_description.json",
    )
    computing = parser.add_argument_group("at the participant level")
    computing.add_argument(
        "--change",
        action="store_true",
        help="then compare the sessions of every participant that has more than one, as wmhseg change does; "
        "at the group level: write the table of all from what is there",
    )
    computing.add_argument(
        "--parcellations",
        type=Path,
        metavar="DERIVATIVES",
        help="derivative data set with sub-*/[ses-*/]anat/*_dseg.nii.gz to count WMH by",
    )
    computing.add_argument(
        "--parcellation-desc",
        metavar="DESC",
        help="description of those to take, such as aparcaseg, where there are several",
    )
    add_computing(computing)
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Run one level.

    Raises:
        WmhsegError: See `run_participants` and `run_group`.
    """
    from wmhseg.batch.compute import How
    from wmhseg.bids.dataset import Selection, require_dataset
    from wmhseg.bids.run_bids import Besides, run_group, run_participants

    if not options.skip_bids_validation:
        require_dataset(options.bids_dir)
    selection = Selection(
        tuple(label.removeprefix("sub-") for label in options.participant_label),
        tuple(label.removeprefix("ses-") for label in options.session_label),
    )
    if options.level == "group":
        run_group(options.bids_dir, options.output, selection, change=options.change)
    else:
        how = How(computing_settings(options), workers(options.workers), options.again)
        desc = options.parcellation_desc
        if desc is not None and options.parcellations is None:
            raise ArgumentsError("--parcellation-desc: expected --parcellations with it, found none; add it")
        besides = Besides(options.change, options.parcellations, desc and desc.removeprefix("desc-"))
        run_participants(options.bids_dir, options.output, selection, how, besides)
