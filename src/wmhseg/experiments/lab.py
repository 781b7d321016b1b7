"""What every experiment works with: cases, networks trained on some of them, masks and scores of others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wmhseg.augmentation.affine import AffineRange
from wmhseg.datasets.splits import Split, case_id, record_splits
from wmhseg.evaluation.organiser import Scores, score
from wmhseg.experiments.material import FULL, Images, Material, Variant
from wmhseg.experiments.predictor import Predictor
from wmhseg.experiments.scale import Scale
from wmhseg.experiments.store import ModelStore
from wmhseg.io.volume import Volume
from wmhseg.model.start_keras import start_keras
from wmhseg.segmentation.segment_scan import segment_scan
from wmhseg.training.config import TrainingConfig

NO_AUGMENTATION = AffineRange(0.0, 0.0, (1.0, 1.0), 0.0)
# Seeds of the members: far apart, so that two runs with seeds 0 and 1 share no network.
SEED_STEP = 1000


@dataclass(frozen=True)
class Model:
    """A trained network and the variant of its input."""

    folder: Path
    variant: Variant


class Lab:
    """A data set at a scale, and a folder where networks and predictions are kept.

    Args:
        cases: Folder with SITE/CASE.
        output: Receives models, splits, tables and figures.
        scale: Settings.
        seed: Of splits and networks.

    Raises:
        InputError: There are no cases, or one lacks an image.
    """

    def __init__(self, cases: Path, output: Path, scale: Scale, seed: int) -> None:
        self.output, self.scale, self.seed = output, scale, seed
        self.material = Material(cases, scale.recipe)
        self.store = ModelStore(output / "models", scale.precision)
        self._predictor = Predictor(scale.training.widths)

    @property
    def cases(self) -> list[str]:
        """Return the names of all cases, "site/case"."""
        return [case_id(case) for case in self.material.cases]

    def record(self, name: str, splits: Sequence[Split]) -> None:
        """Write splits to splits/NAME.json.

        Raises:
            InputError: Other splits are there.
        """
        folder = self.output / "splits"
        folder.mkdir(parents=True, exist_ok=True)
        record_splits(splits, folder / f"{name}.json")

    def config(self, member: int, variant: Variant = FULL) -> TrainingConfig:
        """Return the settings of an ensemble's member."""
        config = replace(self.scale.training, seed=self.seed * SEED_STEP + member)
        return config if variant.augmented else replace(config, affine=NO_AUGMENTATION, intensity=None)

    def models(self, train: Sequence[str], count: int, variant: Variant = FULL) -> list[Model]:
        """Return the first `count` networks trained on these cases; what is missing is trained."""
        inputs = [self.material.input(name, variant) for name in train]
        return [
            Model(self.store.trained(inputs, self.config(member, variant)), variant)
            for member in range(count)
        ]

    def curve(self, train: Sequence[str], stops: Sequence[int]) -> list[Model]:
        """Return the first network trained on these cases, after several numbers of epochs."""
        inputs = [self.material.input(name) for name in train]
        return [Model(f, FULL) for f in self.store.after_epochs(inputs, self.config(0), stops)]

    def probability(self, name: str, models: Sequence[Model]) -> NDArray[np.float32]:
        """Return the mean probability of an ensemble on a case's slices, (N, rows, columns)."""
        parts = [
            self._predictor.probability(model.folder, self.material.input(name, model.variant))
            for model in models
        ]
        return np.mean(parts, axis=0, dtype=np.float32)

    def images(self, name: str) -> Images:
        """Return a case's images on their own grid."""
        return self.material.images(name)

    def mask(self, name: str, models: Sequence[Model]) -> Volume:
        """Return an ensemble's mask on the FLAIR's own grid, as the program would write it."""
        scan = self.images(name).scan
        # The way back to the FLAIR's grid is the program's; the probability comes from the cache.
        return segment_scan(scan, self.material.recipe, lambda _: self.probability(name, models)).mask

    def scores(self, names: Sequence[str], models: Sequence[Model]) -> list[Scores]:
        """Score an ensemble on cases, on each case's own grid."""
        return [self._score(name, models) for name in names]

    def dice_loss(self, names: Sequence[str], models: Sequence[Model]) -> float:
        """Return the Dice loss over all slices of these cases (paper, section 3.2.2)."""
        start_keras()
        from wmhseg.training.loss import dice_loss

        truth = [self.material.input(name).slices.labels == 1 for name in names]
        probability = [self.probability(name, models) for name in names]
        return float(dice_loss(np.concatenate(truth), np.concatenate(probability)))

    def _score(self, name: str, models: Sequence[Model]) -> Scores:
        truth = self.images(name).truth
        return score(truth.array, self.mask(name, models).array, truth.grid)
