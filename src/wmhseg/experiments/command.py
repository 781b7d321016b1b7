"""`wmhseg experiments NAME|all CASES OUT`: the paper's tables and figures on your cases."""

import argparse
import time
from importlib import import_module
from pathlib import Path

from wmhseg.arguments import add_loudness, not_negative, positive
from wmhseg.errors import ArgumentsError
from wmhseg.extras import require_packages

# In the paper's order; each is a module with `run(lab)`.
EXPERIMENTS = (
    "leave_one_out",
    "cross_scanner",
    "unseen_ranking",
    "learning_curve",
    "modalities",
    "augmentation",
    "one_scanner",
    "ensemble_size",
    "members",
    "components",
    "best_single",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the experiments' commands and the arguments that each reads."""
    from wmhseg.experiments.scale import SCALES

    commands = parser.add_subparsers(dest="experiment", required=True, metavar="NAME|all|cohort")
    for name in (*EXPERIMENTS, "all"):
        text = "every experiment" if name == "all" else _question(name)
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument(
            "cases", type=Path, help="folder with SITE/CASE/{pre/FLAIR.nii.gz,pre/T1.nii.gz,wmh.nii.gz}"
        )
        one.add_argument("output", type=Path, help="folder for networks, tables and figures; resumed")
        one.add_argument("--scale", choices=sorted(SCALES), default="small")
        one.add_argument("--seed", type=not_negative, default=0, help="of splits and networks (default 0)")
        one.set_defaults(run_experiment=_experiments)
        add_loudness(one)
    cohort = commands.add_parser("cohort", help="make synthetic cases of three scanners")
    cohort.add_argument("output", type=Path, help="folder to write")
    cohort.add_argument("--small", action="store_true", help="phantoms of a few slices, in seconds")
    cohort.add_argument("--heads", type=Path, help="label maps of heads (1 mm), unless --small")
    cohort.add_argument("--lesions", type=Path, help="lesion masks in MNI space (1 mm), unless --small")
    cohort.add_argument("--count", type=positive, help="cases of each scanner (default 20; 5 if --small)")
    cohort.add_argument("--seed", type=not_negative, default=0, help="another seed, other cases")
    cohort.set_defaults(run_experiment=_cohort)
    add_loudness(cohort)


def run(options: argparse.Namespace) -> None:
    """Run experiments, or make a cohort for them.

    Raises:
        WmhsegError: The cases or the output are not what they should be.
    """
    options.run_experiment(options)


def _experiments(options: argparse.Namespace) -> None:
    require_packages("matplotlib", "threadpoolctl", extra="train", purpose="experiments")
    from wmhseg.experiments.experiment_result import write_result, write_summary
    from wmhseg.experiments.lab import Lab
    from wmhseg.experiments.scale import SCALES

    lab = Lab(options.cases, options.output, SCALES[options.scale], options.seed)
    note = f"{lab.material.note}; {options.scale} scale"
    for name in EXPERIMENTS if options.experiment == "all" else (options.experiment,):
        start = time.monotonic()
        result = import_module(f"wmhseg.experiments.{name}").run(lab)
        write_result(result, options.output / name, note)
        write_summary(options.output, EXPERIMENTS)
        print(f"{name}: {options.output / name} ({time.monotonic() - start:.0f} s)", flush=True)


def _cohort(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    if options.small:
        from wmhseg.experiments.phantom_cohort import STYLES, write_cohort

        count = options.count or 5
        names, total = write_cohort(options.output, count, options.seed), count * len(STYLES)
    else:
        require_packages("threadpoolctl", extra="train", purpose="experiments cohort")
        from wmhseg.experiments.scanner_cohort import PROTOCOLS, find_material, write_scanner_cohort

        if options.heads is None or options.lesions is None:
            raise ArgumentsError(
                "cohort: expected --heads and --lesions, or --small, found neither; add them"
            )
        count = options.count or 20
        material = find_material(options.heads, options.lesions)
        names = write_scanner_cohort(material, options.output, count, options.seed)
        total = count * len(PROTOCOLS)
    for _ in tqdm(names, total=total, unit="case"):
        pass


def _question(name: str) -> str:
    """Return the first line of an experiment's docstring."""
    text = import_module(f"wmhseg.experiments.{name}").__doc__ or ""
    return text.splitlines()[0].replace("%", "%%")
