"""`wmhseg evaluate TRUTH [RESULTS]`: the arguments, without the packages that the work needs."""

import argparse
from pathlib import Path

from wmhseg.arguments import add_loudness, not_negative, positive, probability
from wmhseg.errors import ArgumentsError
from wmhseg.settings import add_settings, chosen_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument(
        "truth",
        type=Path,
        metavar="TRUTH",
        help="folder with CASE/wmh.nii.gz at any depth, or with masks named as in BIDS, or a TSV file with "
        "the columns truth and result (and, if wanted, scanner and case)",
    )
    parser.add_argument(
        "results",
        type=Path,
        nargs="?",
        metavar="RESULTS",
        help="folder with CASE/result.nii.gz at the same relative paths, or what wmhseg batch or wmhseg bids "
        "wrote; for a TSV file, where its relative results start (default: its own folder). Without it, the "
        "cases of a folder are segmented (CASE/pre/FLAIR.nii.gz, T1.nii.gz) and the masks are scored",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("evaluation"),
        metavar="FOLDER",
        help="folder to write (default: evaluation)",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="CASE", help="names of cases (default: all)")
    parser.add_argument("--workers", type=positive, metavar="N", help="processes (default: one a processor)")
    parser.add_argument(
        "--seed", type=not_negative, default=0, help="seed of the confidence intervals (default: 0)"
    )
    parser.add_argument(
        "--ignore-headers",
        action="store_true",
        help="compare voxel by voxel wherever the headers say that the voxels are, as the organisers do",
    )
    parser.add_argument(
        "--no-figures",
        action="store_true",
        help="draw no box plots and no reliability diagram (they need matplotlib)",
    )
    segmented = parser.add_argument_group("without RESULTS: how to segment")
    segmented.add_argument(
        "--thresholds",
        type=probability,
        nargs="+",
        default=[],
        metavar="P",
        help="thresholds to try; a scan is prepared and computed once (default: the weights' own)",
    )
    segmented.add_argument("--no-t1", action="store_true", help="segment FLAIR alone")
    segmented.add_argument(
        "--calibration",
        action="store_true",
        help="compare the probabilities with the truth, scanner by scanner: table, expected calibration "
        "error, reliability diagram",
    )
    add_settings(segmented)
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Score all cases, write the tables and figures, and print the tables.

    Raises:
        ArgumentsError: RESULTS are given, and how to segment, too.
        InputError: TRUTH or RESULTS is not what it should be; or, after everything is written,
            some results are missing or unfit.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: The folder cannot be written.
    """
    from wmhseg.evaluation.evaluate_cohort import EvaluationSettings, evaluate_cohort

    settings = EvaluationSettings(
        output=options.output,
        workers=options.workers,
        seed=options.seed,
        ignore_headers=options.ignore_headers,
        figures=not options.no_figures,
        only=tuple(options.only),
    )
    if options.results is None and options.truth.is_dir():
        from wmhseg.evaluation.evaluate_weights import Question, evaluate_weights

        question = Question(
            tuple(options.thresholds), with_t1=not options.no_t1, calibration=options.calibration
        )
        evaluate_weights(options.truth, question, chosen_settings(options), settings)
        return
    if options.weights or options.threshold or options.thresholds or options.no_t1 or options.calibration:
        raise ArgumentsError(
            "evaluate: expected either results, or --weights, --thresholds, --no-t1 or --calibration to "
            "segment with, found both; leave one out"
        )
    evaluate_cohort(options.truth, options.results, settings)
