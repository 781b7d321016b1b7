"""`wmhseg train prepare|mine|fit|export|average|fit-anatomy`: scans to networks, networks to an ensemble."""

import argparse
from pathlib import Path

from wmhseg.arguments import add_loudness, not_negative, positive
from wmhseg.errors import InputError
from wmhseg.recipe import RECIPES
from wmhseg.settings import add_recipe, chosen_recipe
from wmhseg.training.fit import add_fit_arguments, run_fit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the training commands and the arguments that each reads."""
    commands = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    prepare = commands.add_parser("prepare", help="case folders to prepared slices")
    prepare.add_argument(
        "cases", type=Path, help="folder with SITE/CASE/{pre/FLAIR.nii.gz,pre/T1.nii.gz,wmh.nii.gz}"
    )
    prepare.add_argument("slices", type=Path, help="folder to write")
    prepare.add_argument("--recipe", choices=sorted(RECIPES), default="default")
    prepare.set_defaults(run_step=_prepare)
    mine = commands.add_parser("mine", help="the slices in which an ensemble errs, to train on them more")
    mine.add_argument("weights", type=Path, help="folder written by export")
    mine.add_argument("slices", type=Path, help="prepared slices")
    mine.add_argument("output", type=Path, help="folder to write, for fit's SLICES or --synthetic")
    mine.set_defaults(run_step=_mine)
    fit = commands.add_parser("fit", help="prepared slices to one network's weights")
    add_fit_arguments(fit)
    fit.set_defaults(run_step=run_fit)
    export = commands.add_parser("export", help="finished runs to an ensemble that wmhseg segment can use")
    export.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="folders written by fit, one per member"
    )
    export.add_argument("output", type=Path, help="folder to write")
    export.add_argument("--name", required=True, help="what the ensemble is called")
    add_recipe(export, "default")
    export.set_defaults(run_step=_export)
    average = commands.add_parser("average", help="the mean weights of an ensemble's members, as one network")
    average.add_argument("weights", type=Path, help="folder written by export: rounds of one training")
    average.add_argument("output", type=Path, help="folder to write")
    average.add_argument("--name", required=True, help="what the new ensemble is called")
    average.set_defaults(run_step=_average)
    anatomy = commands.add_parser("fit-anatomy", help="synthetic slices to the network of the structures")
    anatomy.add_argument("slices", type=Path, help="folder written by wmhseg synthesise")
    anatomy.add_argument(
        "run", type=Path, help="folder for checkpoint, log and, at the end, weights; resumed if it exists"
    )
    anatomy.add_argument("--epochs", type=positive)
    anatomy.add_argument("--seed", type=not_negative)
    anatomy.set_defaults(run_step=_fit_anatomy)
    for step in (prepare, mine, fit, export, average, anatomy):
        add_loudness(step)


def run(options: argparse.Namespace) -> None:
    """Run one step.

    Raises:
        WmhsegError: An input, the weights or the output are not what they should be.
    """
    options.run_step(options)


def _prepare(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from wmhseg.datasets.cases import find_cases
    from wmhseg.datasets.prepare import prepare_case
    from wmhseg.datasets.slices import save_slices

    for case in tqdm(find_cases(options.cases), unit="case"):
        save_slices(prepare_case(case, RECIPES[options.recipe]), options.slices)


def _mine(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from wmhseg.model.start_keras import start_keras

    start_keras()
    from wmhseg.datasets.slices import load_slices
    from wmhseg.model.ensemble import Ensemble
    from wmhseg.model.manifest import read_manifest
    from wmhseg.training.hard import save_hard

    if options.output.exists():
        # Hard slices of two ensembles would be mixed in it.
        raise InputError(
            f"{options.output}: expected a new folder for the hard slices, found it there; remove it"
        )
    sets = load_slices(options.slices)
    ensemble = Ensemble(read_manifest(options.weights))
    hard = sum(save_hard(ensemble, one, options.output) for one in tqdm(sets, unit="case"))
    print(f"{hard} of {sum(len(one.images) for one in sets)} slices are hard: {options.output}")


def _export(options: argparse.Namespace) -> None:
    recipe = chosen_recipe(options)
    from wmhseg.model.start_keras import start_keras

    start_keras()
    from wmhseg.training.train import export_runs

    export_runs(options.runs, options.output, options.name, recipe)


def _average(options: argparse.Namespace) -> None:
    from wmhseg.model.start_keras import start_keras

    start_keras()
    from wmhseg.training.average import average

    average(options.weights, options.output, options.name)


def _fit_anatomy(options: argparse.Namespace) -> None:
    from wmhseg.model.start_keras import start_keras

    start_keras()
    from wmhseg.datasets.slices import load_slices
    from wmhseg.training.anatomy import train_anatomy
    from wmhseg.training.anatomy_config import AnatomyConfig

    changes = {name: value for name in ("epochs", "seed") if (value := getattr(options, name)) is not None}
    train_anatomy(load_slices(options.slices), AnatomyConfig(**changes), options.run)
