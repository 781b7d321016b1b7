"""`wmhseg synthesise HEADS LESIONS OUT`: label maps and lesion masks to training slices."""

import argparse
from dataclasses import replace
from pathlib import Path

from wmhseg.arguments import add_loudness, not_negative, positive
from wmhseg.errors import OutputError
from wmhseg.extras import require_packages
from wmhseg.recipe import RECIPES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument("heads", type=Path, help="folder with label maps of heads (1 mm, *.nii.gz)")
    parser.add_argument("lesions", type=Path, help="folder with lesion masks in MNI space (1 mm, *.nii.gz)")
    parser.add_argument("output", type=Path, help="folder to write; cases that are there are kept")
    parser.add_argument("--count", type=positive, default=100, help="number of cases (default 100)")
    parser.add_argument("--seed", type=not_negative, default=0, help="another seed, other cases")
    parser.add_argument("--workers", type=positive, default=1, help="processes (default 1)")
    parser.add_argument("--recipe", choices=sorted(RECIPES), default="default")
    parser.add_argument(
        "--volumes",
        action="store_true",
        help="write FLAIR, T1 and mask too, as case folders in OUTPUT/volumes",
    )
    parser.add_argument(
        "--lesion-free",
        action="store_true",
        help="no lesions in any case, to measure what is found where there is nothing",
    )
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Write synthetic cases.

    Raises:
        InputError: A folder holds no images, or unreadable ones.
        OutputError: The folder cannot be written.
    """
    from tqdm import tqdm

    require_packages("threadpoolctl", extra="train", purpose="synthesise")
    from wmhseg.synthesis.generate import build_request
    from wmhseg.synthesis.processes import generate

    request = build_request(
        options.heads, options.lesions, options.output, options.seed, RECIPES[options.recipe]
    )
    request = replace(
        request,
        volumes=options.output / "volumes" if options.volumes else None,
        lesion_free=options.lesion_free,
    )
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        names = generate(request, options.count, options.workers)
        for _ in tqdm(names, total=options.count, unit="head"):
            pass
    except OSError as error:
        raise OutputError(f"{options.output}: cannot be written ({error.strerror})") from None
