"""How well does the method do on a scanner it was not trained on? (Section 4.3, Fig. 7.)

Command: `wmhseg experiments cross_scanner CASES OUT --scale paper`
Cost: 3 scanners x 3 = 9 networks of about 3 GPU hours each (section 5.8).
The paper found results of the three scanners comparable to each other; GE3T lowest, which it puts
down to its voxel size.
"""

from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.folds import by_site, case_rows, cross_scanner_folds, site_means
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.plots import box_plots


def run(lab: Lab) -> ExperimentResult:
    """Leave each scanner out in turn and score its cases."""
    folds = cross_scanner_folds(lab)
    sites = by_site(folds)
    return ExperimentResult(
        "Cross-scanner",
        "section 4.3, Fig. 7",
        (
            site_means("cross_scanner", "Means by scanner, each trained on the others only", sites),
            case_rows("cross_scanner_cases", "Every case, its scanner left out of training", folds),
        ),
        (Picture("cross_scanner", "Each scanner left out of training in turn", box_plots(sites)),),
    )
