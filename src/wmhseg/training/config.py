"""What a training run is made of."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from wmhseg.augmentation.affine import AffineRange
from wmhseg.augmentation.intensity import IntensityRange


@dataclass(frozen=True)
class TrainingConfig:
    """Settings of one run; every field is written into the run's manifest.

    Attributes:
        preset: Name of the preset these settings started from.
        epochs: Number of epochs.
        batches_per_epoch: Optimiser steps per epoch; 0 means one pass over all slices.
        batch_size: Slices per step.
        patch: Rows and columns of a training window (8 modulo 32).
        learning_rate: Adam's, at the start.
        cosine_decay: Let the learning rate fall to 0 along a cosine.
        lesion_fraction: Share of windows centred on a lesion; None draws slices as they come.
        balance_sites: Draw every site equally often.
        synthetic_share: Share of windows from synthetic cases where real ones are there too; None
            counts "synthetic" as one site among the others.
        cross_entropy: Weight of the mean binary cross-entropy that is added to the Dice loss.
        lesion_free_weight: How many times the loss counts in windows without a lesion.
        affine: Geometric augmentation (paper, Table 2).
        intensity: Intensity augmentation; None for the paper's, which has none.
        score_bias: Start value of the output's bias; negative starts from "no lesion".
        widths: Channels of the encoder and decoder levels; None for the paper's.
        seed: Of initialisation, order and augmentation.
    """

    preset: str
    epochs: int
    batch_size: int
    learning_rate: float
    batches_per_epoch: int = 0
    patch: int = 200
    cosine_decay: bool = False
    lesion_fraction: float | None = None
    balance_sites: bool = False
    synthetic_share: float | None = None
    cross_entropy: float = 0.0
    lesion_free_weight: float = 1.0
    affine: AffineRange = field(default_factory=AffineRange)
    intensity: IntensityRange | None = None
    score_bias: float = 0.0
    widths: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)


# Li et al. 2018, section 4: batch 30, 2e-4, 50 epochs; section 3.1.1: ten times the slices.
PAPER = TrainingConfig("paper", epochs=50, batch_size=30, learning_rate=2e-4)

# A handful of real cases on two CPU cores: small windows, lesion-centred, intensity augmentation.
FIRST = TrainingConfig(
    "first",
    epochs=16,
    batch_size=8,
    learning_rate=6e-4,
    batches_per_epoch=27,
    patch=104,
    cosine_decay=True,
    lesion_fraction=0.5,
    balance_sites=True,
    intensity=IntensityRange(),
    score_bias=-2.0,
)

# Our weights: half the paper's width learns 3.6 times as fast, and as well.
HALF_WIDTHS = ((32, 48, 64, 128, 256), (128, 64, 48, 32))
SYNTHETIC = TrainingConfig(
    "synthetic",
    epochs=60,
    batch_size=8,
    learning_rate=1e-3,
    batches_per_epoch=100,
    patch=104,
    cosine_decay=True,
    lesion_fraction=0.3,
    balance_sites=True,
    synthetic_share=0.5,
    cross_entropy=1.0,
    lesion_free_weight=3.0,
    intensity=IntensityRange(),
    score_bias=-2.0,
    widths=HALF_WIDTHS,
)

# From shipped weights to a scanner of one's own, with synthetic cases so that others are not forgotten.
ADAPT = replace(SYNTHETIC, preset="adapt", epochs=8, batches_per_epoch=50, learning_rate=2e-4)

PRESETS = {preset.preset: preset for preset in (PAPER, FIRST, SYNTHETIC, ADAPT)}
