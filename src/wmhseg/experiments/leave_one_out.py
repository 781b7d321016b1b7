"""How well does the method do on a subject it was not trained on? (Section 4.2, Fig. 6, Table S1.)

Command: `wmhseg experiments leave_one_out CASES OUT --scale paper`
Cost: an ensemble for each subject: 60 x 3 = 180 networks of about 3 GPU hours each (section 5.8).
The paper found, over 60 cases: DSC 87 %, H95 3.6 mm, recall 85 %; Utrecht lowest, with outliers that
have many small lesions and blurred slices.
"""

from wmhseg.datasets.splits import leave_one_subject_out
from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.folds import Fold, by_site, case_rows, run_folds, site_means
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.plots import box_plots


def run(lab: Lab) -> ExperimentResult:
    """Leave each subject out in turn and score it."""
    folds = leave_one_out_folds(lab)
    sites = by_site(folds)
    return ExperimentResult(
        "Leave one subject out",
        "section 4.2, Fig. 6, Table S1",
        (
            site_means("leave_one_out", "Means by scanner, each subject left out in turn", sites),
            case_rows("leave_one_out_cases", "Every subject left out (as Table S1)", folds),
        ),
        (Picture("leave_one_out", "Each subject left out in turn, by scanner", box_plots(sites)),),
    )


def leave_one_out_folds(lab: Lab) -> list[Fold]:
    """Return the folds, which the comparison of one scanner with all shares."""
    splits = leave_one_subject_out(lab.material.cases, lab.scale.subjects_per_site)
    lab.record("leave_one_out", splits)
    return run_folds(lab, splits)
