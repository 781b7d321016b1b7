"""Does training on other scanners too help on one's own? (Section 5.5, Fig. 12.)

Command: `wmhseg experiments one_scanner CASES OUT --scale paper`
Cost: 60 subjects x 3 = 180 networks trained on 19 cases each, about an hour of GPU each; those
trained on all scanners are leave_one_out's.
The paper found training on three scanners significantly better in DSC, H95, AVD and F1, and training on
one slightly better in recall: small lesions are found best by networks of the same scanner.
"""

from dataclasses import replace

from wmhseg.datasets.splits import site_of
from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.folds import by_site, run_folds
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.leave_one_out import leave_one_out_folds
from wmhseg.experiments.metrics import LABELS, means
from wmhseg.experiments.plots import box_grid
from wmhseg.experiments.statistics import compare, tests_table
from wmhseg.experiments.table import Table, Value


def run(lab: Lab) -> ExperimentResult:
    """Score each subject with networks of its own scanner's and of all scanners' other subjects."""
    everywhere = leave_one_out_folds(lab)
    splits = [
        replace(
            fold.split,
            train=tuple(name for name in fold.split.train if site_of(name) == site_of(fold.split.name)),
        )
        for fold in everywhere
    ]
    lab.record("one_scanner", splits)
    own, every = by_site(run_folds(lab, splits)), by_site(everywhere)
    rows: list[tuple[Value, ...]] = []
    for site in every:
        rows.append((site, "its own scanner", len(own[site]), *means(own[site])))
        rows.append((site, "all scanners", len(every[site]), *means(every[site])))
    columns = ("tested on", "trained on", "cases", *LABELS)
    title = "Means by scanner, each subject left out in turn"
    flat = [[one for scores in group.values() for one in scores] for group in (own, every)]
    methods = ("its own scanner", "all scanners")
    tests = tests_table(
        "one_scanner_tests", "All subjects: means and signed-rank tests", methods, compare(*flat)
    )
    boxes = {site: {"own scanner": own[site], "all": every[site]} for site in every}
    return ExperimentResult(
        "One scanner against all",
        "section 5.5, Fig. 12",
        (
            Table("one_scanner", title, columns, tuple(rows)),
            tests,
        ),
        (Picture("one_scanner", "Trained on the subject's own scanner or on all", box_grid(boxes)),),
    )
