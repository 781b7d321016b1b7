"""What a training run is made of."""

from dataclasses import asdict, dataclass, field
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
        affine: Geometric augmentation (paper, Table 2).
        intensity: Intensity augmentation; None for the paper's, which has none.
        score_bias: Start value of the output's bias; negative starts from "no lesion".
        widths: Channels of the encoder and decoder levels; None for the paper's. The program reads
            weights of the paper's network only: other widths are for trying things out.
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

PRESETS = {preset.preset: preset for preset in (PAPER, FIRST)}
