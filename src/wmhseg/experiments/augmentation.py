"""What does augmentation add on scanners left out of training? (Section 5.4, Tables S5-S7, Fig. 11.)

Command: `wmhseg experiments augmentation CASES OUT --scale paper`
Cost: 3 scanners x 3 = 9 networks of about 3 GPU hours each (section 5.8) without augmentation; the
others are those of cross_scanner.
The paper found augmentation slightly better on most metrics, H95, recall and F1 significantly so
(p < 0.0001 over 60 cases); it removes some small false positives.
Without augmentation the optimiser makes as many steps, on slices as they are: what differs is the
slices alone. The paper's own augmented set is ten times larger.
"""

from wmhseg.experiments.experiment_result import ExperimentResult
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.material import Variant
from wmhseg.experiments.paired_variants import Pairing, run_pairing


def run(lab: Lab) -> ExperimentResult:
    """Compare training without and with augmentation."""
    pairing = Pairing(
        "augmentation",
        "Without and with augmentation",
        "section 5.4, Tables S5-S7, Fig. 11",
        Variant(augmented=False),
        ("without", "with"),
    )
    return run_pairing(lab, pairing)
