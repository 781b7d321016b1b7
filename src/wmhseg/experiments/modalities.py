"""What does T1 add to FLAIR on scanners left out of training? (Section 5.3, Tables S2-S4, Fig. 10.)

Command: `wmhseg experiments modalities CASES OUT --scale paper`
Cost: 3 scanners x 3 = 9 networks of about 3 GPU hours each (section 5.8) for FLAIR alone; the others
are those of cross_scanner.
The paper found FLAIR and T1 together slightly better on most metrics, H95 and F1 significantly so
(p < 0.0001 over 60 cases); T1 removes some of what FLAIR alone misses.
FLAIR alone is the same network with an empty second channel.
"""

from wmhseg.experiments.experiment_result import ExperimentResult
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.material import Variant
from wmhseg.experiments.paired_variants import Pairing, run_pairing


def run(lab: Lab) -> ExperimentResult:
    """Compare FLAIR alone with FLAIR and T1."""
    pairing = Pairing(
        "modalities",
        "FLAIR against FLAIR and T1",
        "section 5.3, Tables S2-S4, Fig. 10",
        Variant(t1=False),
        ("FLAIR", "FLAIR+T1"),
    )
    return run_pairing(lab, pairing)
