"""What a training of the anatomy network is made of."""

from dataclasses import asdict, dataclass, field
from typing import Any

from wmhseg.augmentation.affine import AffineRange
from wmhseg.augmentation.intensity import IntensityRange
from wmhseg.model.manifest import Widths

# A quarter of the paper's: structures are large, and the network runs beside that for WMH.
QUARTER_WIDTHS: Widths = ((16, 24, 32, 64, 128), (64, 32, 24, 16))


@dataclass(frozen=True)
class AnatomyConfig:
    """Settings of one run; every field is written into its manifest.

    Attributes:
        epochs: Number of epochs.
        batches_per_epoch: Optimiser steps per epoch.
        batch_size: Slices per step.
        patch: Rows and columns of a training window (8 modulo 32).
        learning_rate: Adam's at the start; it falls to 0 along a cosine.
        widths: Channels of the encoder and decoder levels.
        affine: Geometric augmentation.
        intensity: Intensity augmentation; T1 is left out of two windows in five, as FLAIR alone must do.
        seed: Of initialisation, order and augmentation.
    """

    epochs: int = 24
    batches_per_epoch: int = 100
    batch_size: int = 4
    patch: int = 136
    learning_rate: float = 2e-3
    widths: Widths = QUARTER_WIDTHS
    affine: AffineRange = field(default_factory=AffineRange)
    intensity: IntensityRange = field(default_factory=lambda: IntensityRange(t1_missing_probability=0.4))
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)
