"""`wmhseg import-weights`: the arguments, without the packages that the work needs."""

import argparse
import logging
from pathlib import Path

from wmhseg.arguments import add_loudness
from wmhseg.recipe import RECIPES

log = logging.getLogger("wmhseg")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument("files", type=Path, nargs="+", metavar="H5", help="0.h5 1.h5 2.h5")
    parser.add_argument(
        "--recipe",
        choices=tuple(RECIPES),
        default="published",
        help="recipe that the weights were trained with",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder to write")
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Write the ensemble.

    Raises:
        WmhsegError: See `import_keras2`.
    """
    from wmhseg.model.start_keras import start_keras

    start_keras()
    from wmhseg.model.import_weights import import_keras2

    import_keras2(options.files, RECIPES[options.recipe], options.output)
    log.info("%d members written to %s", len(options.files), options.output)
