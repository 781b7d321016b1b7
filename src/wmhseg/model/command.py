"""`wmhseg import-weights`: the arguments, without the packages that the work needs."""

import argparse
import logging
from pathlib import Path

from wmhseg.arguments import add_loudness
from wmhseg.settings import add_recipe, chosen_recipe

log = logging.getLogger("wmhseg")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="0.h5 1.h5 2.h5, or .npz with arrays w000, ...",
    )
    parser.add_argument("--name", help="what the ensemble is called (default: the recipe's name)")
    parser.add_argument(
        "--trained-on", nargs="+", default=[], metavar="SITE/CASE", help="cases that must not count as tests"
    )
    add_recipe(parser, "published")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder to write")
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Write the ensemble.

    Raises:
        WmhsegError: See `import_networks`.
    """
    recipe = chosen_recipe(options)
    from wmhseg.model.start_keras import start_keras

    start_keras()
    from wmhseg.model.import_weights import import_networks

    name = options.name or recipe.name
    import_networks(options.files, recipe, options.output, name, options.trained_on)
    log.info("%d members written to %s", len(options.files), options.output)
