"""One case: from material to slices, and to disk."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from wmhseg.datasets.cases import STRUCTURES, write_images
from wmhseg.datasets.prepare import Labels, prepare_labelled
from wmhseg.datasets.slices import SYNTHETIC_SITE, WMH, SliceSet, save_slices
from wmhseg.errors import BrainMaskError
from wmhseg.io.write_volume import write_volume
from wmhseg.io.writing import write_json
from wmhseg.recipe import Recipe
from wmhseg.segmentation.read_scan import Scan
from wmhseg.synthesis.heads import Head, LesionMask, find_images, read_head, read_lesion_mask
from wmhseg.synthesis.normal_bright import fainter
from wmhseg.synthesis.scan import ScanParameters, SyntheticScan, make_scan, sample_scan

PARAMETERS = "parameters.json"  # beside the slices of a case
_ATTEMPTS = 5


@dataclass(frozen=True)
class Request:
    """What to make.

    Attributes:
        heads: Label maps of heads, 1 mm.
        lesions: Lesion masks in MNI space, 1 mm.
        output: Folder for prepared slices, one folder per case.
        seed: With a case's number it decides everything about the case.
        recipe: How slices are prepared.
        volumes: Folder for FLAIR, T1 and mask as images too; None for slices only.
        lesion_free: Leave the lesions out of every case, and make rims, haze and bands so faint that none
            of them is WMH.
    """

    heads: tuple[Path, ...]
    lesions: tuple[Path, ...]
    output: Path
    seed: int
    recipe: Recipe
    volumes: Path | None = None
    lesion_free: bool = False

    def folder(self, number: int) -> Path:
        """Return the folder of a case's slices."""
        return self.output / f"{SYNTHETIC_SITE}__{case_name(self.seed, number)}"

    def is_finished(self, number: int) -> bool:
        """Return whether a case is there: what is written last says so."""
        return (self.folder(number) / PARAMETERS).is_file()


@dataclass(frozen=True)
class Made:
    """One case: where it comes from, what it is, and what training sees of it."""

    head: Path
    parameters: ScanParameters
    scan: SyntheticScan
    slices: SliceSet


def build_request(heads: Path, lesions: Path, output: Path, seed: int, recipe: Recipe) -> Request:
    """Find the material.

    Raises:
        InputError: A folder has no images.
    """
    return Request(
        tuple(find_images(heads, "label maps of heads")),
        tuple(find_images(lesions, "lesion masks in MNI space")),
        output,
        seed,
        recipe,
    )


def case_name(seed: int, number: int) -> str:
    """Return the name of a case."""
    return f"s{seed}-{number:05d}"


def make_case(request: Request, number: int) -> Made:
    """Make one case; a draw in which no head can be found (all of it cut off) is drawn again.

    Raises:
        BrainMaskError: No head was found five times.
        InputError: The material is unreadable.
    """
    masks: list[LesionMask] = [read_lesion_mask(path) for path in request.lesions]
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng((request.seed, number, attempt))
        path = request.heads[int(rng.integers(len(request.heads)))]
        head: Head = read_head(path)
        parameters = sample_scan(rng, masks)
        # Matrix products are rounded otherwise on two threads: a worker has one.
        with threadpool_limits(1):
            if request.lesion_free:
                parameters, scan = _without_wmh(head, masks, parameters)
            else:
                scan = make_scan(head, masks, parameters)
        images = Scan(scan.flair, None if scan.t1_missing else scan.t1)
        try:
            slices = prepare_labelled(
                images,
                Labels(scan.truth, scan.structures),
                request.recipe,
                SYNTHETIC_SITE,
                case_name(request.seed, number),
            )
        except BrainMaskError:
            continue
        return Made(path, parameters, scan, slices)
    raise BrainMaskError(
        f"case {number} of seed {request.seed}: found no head in {_ATTEMPTS} draws; check the label maps"
    )


def _without_wmh(
    head: Head, masks: list[LesionMask], parameters: ScanParameters
) -> tuple[ScanParameters, SyntheticScan]:
    """Return the case without lesions, its rims, haze and bands halved until none is WMH."""
    parameters = replace(parameters, lesions=replace(parameters.lesions, load_ml=0.0))
    while True:
        scan = make_scan(head, masks, parameters)
        if not (scan.truth.array == WMH).any():
            return parameters, scan
        bright = fainter(parameters.paint.bright)
        parameters = replace(parameters, paint=replace(parameters.paint, bright=bright))


def write_case(request: Request, number: int) -> str:
    """Make one case and write it, unless it is there already; return its name.

    Raises:
        OutputError: It cannot be written.
    """
    name = case_name(request.seed, number)
    if request.is_finished(number):
        return name
    made = make_case(request, number)
    if request.volumes is not None:
        scan = made.scan
        images = request.volumes / SYNTHETIC_SITE / name
        write_images(images, scan.flair, scan.t1, scan.truth)
        write_volume(images / STRUCTURES, scan.structures)
    save_slices(made.slices, request.output)
    values = {"head": made.head.name, **asdict(made.parameters)}
    write_json(request.folder(number) / PARAMETERS, values, indent=1)
    return name
