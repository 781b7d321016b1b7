"""How to prepare and compute scans: the settings, and the arguments that say them, shared by all commands."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from wmhseg.arguments import positive

BiasChoice = Literal["auto", "on", "off"]
BIAS_CHOICES: tuple[BiasChoice, ...] = ("auto", "on", "off")
Precision = Literal["auto", "float32", "bfloat16"]
PRECISIONS: tuple[Precision, ...] = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class InputOptions:
    """What to do to the scans before they are segmented.

    Attributes:
        require_t1: A T1 that is missing or cannot be registered is an error, not a warning.
        bias_correction: Correct slow changes of brightness: where they are strong, always, or never.
    """

    require_t1: bool = False
    bias_correction: BiasChoice = "auto"


@dataclass(frozen=True)
class Settings:
    """How to compute: weights folder, threads, precision, preparation; None takes the default."""

    weights: Path | None = None
    threads: int | None = None
    precision: Precision = "auto"
    inputs: InputOptions = field(default_factory=InputOptions)


def add_settings(parser: argparse._ActionsContainer) -> None:
    """Declare the arguments that `chosen_settings` reads."""
    parser.add_argument(
        "--require-t1", action="store_true", help="fail where the T1 is missing or does not fit the FLAIR"
    )
    parser.add_argument(
        "--bias-correction",
        choices=BIAS_CHOICES,
        default="auto",
        help="N4 against slow changes of brightness (default auto: where they are strong)",
    )
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", help="folder with another ensemble's manifest.json"
    )
    parser.add_argument("--threads", type=positive, metavar="N", help="threads of the network (default: all)")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto")


def chosen_settings(options: argparse.Namespace) -> Settings:
    """Return the settings that the arguments of `add_settings` say."""
    inputs = InputOptions(options.require_t1, options.bias_correction)
    return Settings(options.weights, options.threads, options.precision, inputs)
