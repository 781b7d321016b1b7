"""`wmhseg train fit SLICES RUN`: slices that are there, and drawn ones that join them, to a network."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wmhseg.arguments import not_negative, positive
from wmhseg.errors import ArgumentsError, InputError
from wmhseg.extras import require_packages
from wmhseg.recipe import RECIPES
from wmhseg.training.config import ADAPT, PRESETS, TrainingConfig
from wmhseg.training.files import DRAWN

if TYPE_CHECKING:
    from wmhseg.datasets.slices import SliceSet
    from wmhseg.training.growing import Growing

_CHANGES = ("epochs", "batch_size", "batches_per_epoch", "learning_rate", "synthetic_share", "patch")


def add_fit_arguments(fit: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run_fit` reads."""
    fit.add_argument("slices", type=Path, help="folder written by prepare or synthesise")
    fit.add_argument(
        "run", type=Path, help="folder for checkpoint, log, curve and weights; resumed if it exists"
    )
    fit.add_argument("--synthetic", type=Path, nargs="+", metavar="SLICES", help="synthetic slices to mix in")
    fit.add_argument(
        "--start",
        type=Path,
        metavar="DIR",
        help="go on from a finished run or an ensemble's member (adapt: default the shipped ensemble)",
    )
    fit.add_argument("--member", type=int, default=0, help="which member of an ensemble (default 0)")
    fit.add_argument("--full-width", action="store_true", help="the paper's widths, whatever the preset's")
    fit.add_argument("--preset", choices=sorted(PRESETS), default="first")
    fit.add_argument(
        "--exclude", nargs="*", default=[], metavar="CASE", help="names of cases kept for testing"
    )
    fit.add_argument("--seed", type=int, default=0)
    fit.add_argument("--epochs", type=int)
    fit.add_argument("--batch-size", type=int)
    fit.add_argument("--batches-per-epoch", type=int)
    fit.add_argument("--learning-rate", type=float)
    fit.add_argument("--synthetic-share", type=float)
    fit.add_argument("--patch", type=int)
    fit.add_argument("--precision", choices=("float32", "mixed_bfloat16"), default="float32")
    drawing = fit.add_argument_group(
        "synthetic cases drawn meanwhile",
        "The cases of `wmhseg synthesise HEADS LESIONS SLICES` join as they are finished, at the start of an "
        "epoch. SLICES is the first folder of --synthetic, else the one trained on; it may be a new one.",
    )
    drawing.add_argument("--heads", type=Path, help="folder with label maps of heads (1 mm, *.nii.gz)")
    drawing.add_argument(
        "--lesions", type=Path, help="folder with lesion masks in MNI space (1 mm, *.nii.gz)"
    )
    drawing.add_argument("--drawn-seed", type=not_negative, default=0, help="synthesise's --seed (default 0)")
    drawing.add_argument("--drawn-count", type=positive, default=335, help="number of cases (default 335)")
    drawing.add_argument("--workers", type=positive, default=1, help="processes that draw (default 1)")


def run_fit(options: argparse.Namespace) -> None:
    """Train one network.

    Raises:
        ArgumentsError: Arguments do not go together.
        InputError: Slices, material, run or start are not what they should be.
        OutputError: Something cannot be written.
    """
    from wmhseg.model.start_keras import start_keras

    require_packages("matplotlib", "threadpoolctl", extra="train", purpose="train fit")
    start_keras()
    from wmhseg.datasets.slices import load_slices
    from wmhseg.model.manifest import default_weights
    from wmhseg.training.start import find_start
    from wmhseg.training.train import train

    config = _chosen_config(options)
    draws = _draws(options, config)
    folder = options.start or (default_weights() if config.preset == ADAPT.preset else None)
    start = None if folder is None else find_start(folder, options.member)
    if not draws:
        train(_chosen_sets(options, load_slices), config, options.run, options.precision, start)
        return
    growing = _growing(options)
    try:
        train(growing, config, options.run, options.precision, start)
    finally:
        growing.close()


def _chosen_config(options: argparse.Namespace) -> TrainingConfig:
    changes = {name: value for name in _CHANGES if (value := getattr(options, name)) is not None}
    config = replace(PRESETS[options.preset], seed=options.seed, **changes)
    if options.full_width:
        config = replace(config, widths=None)
    if config.preset == ADAPT.preset and config.synthetic_share and options.synthetic is None:
        raise InputError(
            "--preset adapt: expected --synthetic SLICES, so that other scanners are not forgotten; "
            "make some with wmhseg synthesise, or go without by --synthetic-share 0"
        )
    return config


def _draws(options: argparse.Namespace, config: TrainingConfig) -> bool:
    """Return whether cases are drawn meanwhile."""
    if (options.heads is None) != (options.lesions is None):
        raise ArgumentsError("--heads, --lesions: expected both or neither, found one")
    if options.heads is not None and not config.batches_per_epoch:
        raise ArgumentsError(
            "--heads: expected --batches-per-epoch N, found epochs as long as there are slices"
        )
    return options.heads is not None


def _chosen_sets(options: argparse.Namespace, load: "Callable[[Path], list[SliceSet]]") -> "list[SliceSet]":
    """Return the cases of all folders."""
    sets = load(options.slices)
    unknown = sorted(set(options.exclude) - {one.name for one in sets})
    if unknown:
        raise InputError(f"--exclude: expected names of prepared cases, found {', '.join(unknown)}")
    sets = [one for one in sets if one.name not in options.exclude]
    for mixed in options.synthetic or []:
        sets += load(mixed)
    return sets


def _growing(options: argparse.Namespace) -> "Growing":
    """Return the cases that are there, and what draws others."""
    from wmhseg.datasets.slices import load_slices
    from wmhseg.synthesis.generate import build_request
    from wmhseg.training.growing import Growing, beside_drawn

    output = options.synthetic[0] if options.synthetic else options.slices
    request = build_request(options.heads, options.lesions, output, options.drawn_seed, RECIPES["default"])
    fixed = _chosen_sets(
        options,
        lambda folder: (
            beside_drawn(request, options.drawn_count) if folder == output else load_slices(folder)
        ),
    )
    return Growing(fixed, request, options.drawn_count, options.workers, options.run / DRAWN)
