"""How to prepare and compute scans: the settings, and the arguments that say them, shared by all commands."""

import argparse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from wmhseg.arguments import positive, probability
from wmhseg.errors import InputError
from wmhseg.recipe import RECIPES, Recipe

BiasChoice = Literal["auto", "on", "off"]
BIAS_CHOICES: tuple[BiasChoice, ...] = ("auto", "on", "off")
Precision = Literal["auto", "float32", "bfloat16"]
PRECISIONS: tuple[Precision, ...] = ("auto", "float32", "bfloat16")

_CHOSEN_ON_DATA = (
    ("threshold", "threshold on the mean probability"),
    ("min_lesion_mm3", "lesions smaller than this are removed"),
    ("min_peak", "lesions that are nowhere this probable are removed"),
)


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
    """How to compute: weights folder, threads, precision, preparation, threshold; None takes the default.

    `regions`: find the structures of the head, too, and count WMH by them.
    `mni`: bring mask and probability to MNI space.
    `filled_t1`: fill the T1 at WMH.
    """

    weights: Path | None = None
    threads: int | None = None
    precision: Precision = "auto"
    inputs: InputOptions = field(default_factory=InputOptions)
    threshold: float | None = None
    regions: bool = False
    mni: bool = False
    filled_t1: bool = False

    @property
    def need_structures(self) -> bool:
        """Tell whether the structures of the head have to be found."""
        return self.regions or self.mni or self.filled_t1


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
    parser.add_argument(
        "--threshold",
        type=probability,
        metavar="P",
        help="mean probability above which a voxel is WMH (default: the weights' own; lower finds more)",
    )
    parser.add_argument("--threads", type=positive, metavar="N", help="threads of the network (default: all)")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto")


def chosen_settings(options: argparse.Namespace) -> Settings:
    """Return the settings that the arguments of `add_settings` say."""
    inputs = InputOptions(options.require_t1, options.bias_correction)
    return Settings(options.weights, options.threads, options.precision, inputs, options.threshold)


def add_regions(parser: argparse._ActionsContainer) -> None:
    """Declare --regions, which only commands have that say where WMH are."""
    parser.add_argument(
        "--regions",
        action="store_true",
        help="find the structures of the head and count WMH by region, side and distance from the ventricles",
    )


def add_group_study(parser: argparse._ActionsContainer) -> None:
    """Declare --mni and --filled-t1 of commands that name their files themselves."""
    parser.add_argument(
        "--mni",
        action="store_true",
        help="bring mask and probability to MNI space, for a frequency map of the cohort",
    )
    parser.add_argument(
        "--filled-t1",
        action="store_true",
        help="write each T1 with WMH replaced by white matter around them, too",
    )


def add_recipe(parser: argparse.ArgumentParser, default: str) -> None:
    """Declare the arguments that `chosen_recipe` reads."""
    parser.add_argument(
        "--recipe",
        choices=tuple(RECIPES),
        default=default,
        help=f"recipe that the weights were trained with (default: {default})",
    )
    for name, text in _CHOSEN_ON_DATA:
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, help=f"{text}; chosen on data")


def chosen_recipe(options: argparse.Namespace) -> Recipe:
    """Return the recipe that the arguments of `add_recipe` say.

    Raises:
        InputError: A value means nothing.
    """
    given = {name: getattr(options, name) for name, _ in _CHOSEN_ON_DATA}
    changes = {name: value for name, value in given.items() if value is not None}
    recipe = replace(RECIPES[options.recipe], **changes)
    if wrong := recipe.wrong_fields():
        found = ", ".join(f"{name} {getattr(recipe, name)}" for name in wrong)
        raise InputError(f"recipe: expected probabilities from 0 to 1 and a volume, found {found}")
    return recipe
