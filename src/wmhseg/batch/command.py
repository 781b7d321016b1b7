"""`wmhseg batch LIST_OR_FOLDER OUT`: the arguments, without the packages that the work needs."""

import argparse
from dataclasses import replace
from pathlib import Path

from wmhseg.arguments import add_loudness, add_parts, positive
from wmhseg.processors import processors
from wmhseg.settings import Settings, add_group_study, add_regions, add_settings, chosen_settings

MOST_WORKERS = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument(
        "scans",
        type=Path,
        metavar="LIST_OR_FOLDER",
        help="folder with SCAN/pre/FLAIR.nii.gz or SCAN/FLAIR.nii.gz at any depth (and T1.nii.gz beside it), "
        "or folders SCAN/FLAIR (and SCAN/T1) with a DICOM series each, "
        "or a TSV file with the column flair (and, if wanted, t1 and name)",
    )
    parser.add_argument("output", type=Path, metavar="OUT", help="folder to write")
    parser.add_argument(
        "--dicom",
        action="store_true",
        help="write a DICOM Segmentation, Structured Report and picture of scans that are DICOM series, too",
    )
    parser.add_argument(
        "--parcellation-names",
        type=Path,
        metavar="FILE",
        help="names of labels, where the TSV has the column parcellation (and, if wanted, "
        "parcellation_transform): TSV with index and name, or FreeSurfer look-up table",
    )
    add_parts(parser, "scans", "the cohort's table and page")
    add_computing(parser)
    add_loudness(parser)


def add_computing(parser: argparse._ActionsContainer) -> None:
    """Declare how to compute many scans."""
    parser.add_argument(
        "--again", action="store_true", help="run every scan anew; without it, finished scans are left alone"
    )
    parser.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes that read and prepare scans, each with one in memory (default: one for two "
        f"processors, at most {MOST_WORKERS})",
    )
    add_regions(parser)
    add_group_study(parser)
    add_settings(parser)


def computing_settings(options: argparse.Namespace) -> Settings:
    """Return the settings that the arguments of `add_computing` say."""
    return replace(
        chosen_settings(options), regions=options.regions, mni=options.mni, filled_t1=options.filled_t1
    )


def run(options: argparse.Namespace) -> None:
    """Segment all scans and write their results, the cohort's table and its page.

    Raises:
        WmhsegError: See `run_batch`.
    """
    from wmhseg.batch.compute import How
    from wmhseg.batch.run_batch import gather_batch, run_batch

    if options.gather:
        gather_batch(options.scans, options.output)
        return
    how = How(computing_settings(options), workers(options.workers), options.again)
    names = options.parcellation_names
    run_batch(options.scans, options.output, how, dicom=options.dicom, label_names=names, part=options.part)


def workers(asked: int | None) -> int:
    """Return the number of processes: as asked, or by how many processors this process may use."""
    if asked is not None:
        return asked
    return max(1, min(MOST_WORKERS, processors() // 2))
