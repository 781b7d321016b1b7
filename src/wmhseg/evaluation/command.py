"""`wmhseg evaluate TRUTH RESULTS`: the arguments, without the packages that the work needs."""

import argparse
from pathlib import Path

from wmhseg.arguments import not_negative, positive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument(
        "truth",
        type=Path,
        metavar="TRUTH",
        help="folder with CASE/wmh.nii.gz at any depth, or a TSV file with the columns truth and result "
        "(and, if wanted, scanner and case)",
    )
    parser.add_argument(
        "results",
        type=Path,
        nargs="?",
        metavar="RESULTS",
        help="folder with CASE/result.nii.gz at the same relative paths; for a TSV file, where its relative "
        "results start (default: its own folder)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("evaluation"),
        metavar="FOLDER",
        help="folder to write (default: evaluation)",
    )
    parser.add_argument("--workers", type=positive, metavar="N", help="processes (default: one a processor)")
    parser.add_argument(
        "--seed", type=not_negative, default=0, help="seed of the confidence intervals (default: 0)"
    )
    parser.add_argument(
        "--ignore-headers",
        action="store_true",
        help="compare voxel by voxel wherever the headers say that the voxels are, as the organisers do",
    )
    parser.add_argument("--no-figures", action="store_true", help="draw no box plots (they need matplotlib)")


def run(options: argparse.Namespace) -> None:
    """Score all cases, write the tables and figures, and print the tables.

    Raises:
        InputError: TRUTH or RESULTS is not what it should be; or, after everything is written,
            some results are missing or unfit.
        OutputError: The folder cannot be written.
    """
    from wmhseg.evaluation.evaluate_cohort import Settings, evaluate_cohort

    settings = Settings(
        output=options.output,
        workers=options.workers,
        seed=options.seed,
        ignore_headers=options.ignore_headers,
        figures=not options.no_figures,
    )
    evaluate_cohort(options.truth, options.results, settings)
