"""How large the experiments are: as in the paper, or small enough to try everything."""

from dataclasses import dataclass, replace

from wmhseg.recipe import DEFAULT, Recipe
from wmhseg.recipe import PAPER as PAPER_RECIPE
from wmhseg.training.config import PAPER as PAPER_TRAINING
from wmhseg.training.config import TrainingConfig


@dataclass(frozen=True)
class Scale:
    """Settings that all experiments share.

    Attributes:
        name: What the scale is called.
        training: Settings of every network; the seed is replaced.
        recipe: How cases are prepared and probabilities become masks.
        members: Networks of an ensemble (paper, section 4: 3).
        fold_members: The same where a network is trained for each subject or scanner left out.
        subjects_per_site: Subjects of each scanner that are left out in turn; None: all.
        curve_epochs: Epochs after which the learning curve is read.
        largest_ensemble: The ensembles' size goes from 1 to this.
        repeats: How often each size is repeated (paper, section 5.6: 5).
        pool: Networks that the repeated ensembles are made of.
        candidates: Networks among which the best single one is chosen (paper, section 5.7.2: 5).
        precision: Keras dtype policy of the training.
    """

    name: str
    training: TrainingConfig
    recipe: Recipe
    members: int
    fold_members: int
    subjects_per_site: int | None
    curve_epochs: tuple[int, ...]
    largest_ensemble: int
    repeats: int
    pool: int
    candidates: int
    precision: str = "float32"


# Figure 13 goes on beyond 5; the text does not say how far.
PAPER = Scale(
    "paper",
    PAPER_TRAINING,
    PAPER_RECIPE,
    members=3,
    fold_members=3,
    subjects_per_site=None,
    curve_epochs=tuple(range(2, 101, 2)),
    largest_ensemble=7,
    repeats=5,
    pool=35,
    candidates=5,
)

# Every step of every experiment in minutes on one core; the numbers mean nothing.
SMALL = Scale(
    "small",
    TrainingConfig(
        "small",
        epochs=2,
        batches_per_epoch=20,
        batch_size=8,
        patch=40,
        learning_rate=1e-2,
        lesion_fraction=0.5,
        cross_entropy=1.0,
        score_bias=-2.0,
        widths=((4, 6, 8, 10, 12), (10, 8, 6, 4)),
    ),
    replace(DEFAULT, name="small", spacing_range_mm=None, patch=72, min_patch=72),
    members=2,
    fold_members=1,
    subjects_per_site=1,
    curve_epochs=(1, 2),
    largest_ensemble=3,
    repeats=5,
    pool=5,
    candidates=2,
)

# The paper's recipe and every experiment in about an hour on two cores: networks of a fifth of the
# width, and a fiftieth of the steps, on small windows.
REDUCED = Scale(
    "reduced",
    TrainingConfig(
        "reduced",
        epochs=8,
        batches_per_epoch=60,
        batch_size=8,
        patch=72,
        learning_rate=5e-3,
        lesion_fraction=0.6,
        cross_entropy=1.0,
        score_bias=-2.0,
        widths=((8, 12, 16, 24, 48), (24, 16, 12, 8)),
    ),
    PAPER_RECIPE,
    members=3,
    fold_members=2,
    subjects_per_site=2,
    curve_epochs=tuple(range(2, 21, 2)),
    largest_ensemble=5,
    repeats=5,
    pool=8,
    candidates=5,
)

SCALES = {scale.name: scale for scale in (PAPER, REDUCED, SMALL)}
