"""Labelled cases, prepared as the network sees them, in the variants that experiments compare."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from wmhseg.datasets.cases import Case, find_cases
from wmhseg.datasets.prepare import Labels, prepare_labelled, read_case
from wmhseg.datasets.slices import SliceSet
from wmhseg.datasets.splits import case_id
from wmhseg.errors import InputError
from wmhseg.experiments.phantom_cohort import COHORT
from wmhseg.imaging.geometry import crop_pad
from wmhseg.io.volume import Volume
from wmhseg.recipe import Recipe
from wmhseg.segmentation.prepare_scan import to_working_grid, windows_of
from wmhseg.segmentation.read_scan import Scan, ScanNames
from wmhseg.settings import InputOptions

# Raw intensities in the hundreds would be out of a fresh network's range; the same for every scan.
RAW_UNIT = 100.0
# Reading a case includes looking whether its T1 fits; each takes about 30 MB.
KEPT_IN_MEMORY = 32


@dataclass(frozen=True)
class Variant:
    """What is left out of the method.

    Attributes:
        t1: Whether the second channel holds the T1; else it is 0 everywhere.
        normalised: Whether intensities are normalised; else they are as stored (divided by 100).
        augmented: Whether training slices are turned, sheared, scaled and mirrored.
    """

    t1: bool = True
    normalised: bool = True
    augmented: bool = True


FULL = Variant()


@dataclass(frozen=True)
class Input:
    """One case's slices in one variant.

    Attributes:
        slices: Images and labels.
        digest: SHA-256 of all of it: another image, another digest.
    """

    slices: SliceSet
    digest: str


@dataclass(frozen=True)
class Images:
    """One case's scan and its reference mask, on the FLAIR's own grid."""

    scan: Scan
    truth: Volume


class Material:
    """All cases of a folder; each is prepared when it is first asked for.

    Args:
        folder: Holds SITE/CASE/{pre/FLAIR.nii.gz,pre/T1.nii.gz,wmh.nii.gz}.
        recipe: How cases are prepared.

    Raises:
        InputError: There are no cases, or one lacks an image.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.cases = find_cases(folder)
        # Training and inference then cut the same windows.
        self.recipe = replace(recipe, min_patch=recipe.patch)
        self._folder = folder
        self._by_id = {case_id(case): case for case in self.cases}
        self._inputs: dict[tuple[str, bool, bool], Input] = {}
        self.images = lru_cache(maxsize=KEPT_IN_MEMORY)(self._read)

    @property
    def note(self) -> str:
        """Return what the cases are: the cohort's own words, or the folder's name."""
        path = self._folder / COHORT
        if not path.is_file():
            return f"{len(self.cases)} cases of {self._folder.name}"
        try:
            return f"{len(self.cases)} {json.loads(path.read_text(encoding='utf-8'))['note']}"
        except (ValueError, KeyError):
            raise InputError(f"{path}: expected a cohort's note as JSON, found something else") from None

    def case(self, name: str) -> Case:
        """Return the case "site/case"."""
        return self._by_id[name]

    def input(self, name: str, variant: Variant = FULL) -> Input:
        """Return a case's slices.

        Raises:
            InputError: An image is unreadable or the mask is not on the FLAIR's grid.
            BrainMaskError: No head or brain was found.
        """
        key = (name, variant.t1, variant.normalised)
        if key not in self._inputs:
            self._inputs[key] = self._prepare(name, variant)
        return self._inputs[key]

    def _prepare(self, name: str, variant: Variant) -> Input:
        if variant.t1 and variant.normalised:
            slices = self._prepared(name)
        else:
            slices = self.input(name).slices
            images = slices.images if variant.normalised else self._raw_windows(name)
            if not variant.t1:
                images = images.copy()
                images[..., 1] = 0
            slices = replace(slices, images=images)
        digest = hashlib.sha256(f"{name} {slices.images.shape}".encode())
        digest.update(np.ascontiguousarray(slices.images).data)
        digest.update(np.ascontiguousarray(slices.labels).data)
        return Input(slices, digest.hexdigest())

    def _prepared(self, name: str) -> SliceSet:
        case, images = self.case(name), self.images(name)
        with ScanNames.of(case.flair, case.t1).in_errors():
            return prepare_labelled(images.scan, Labels(images.truth), self.recipe, case.site, case.name)

    def _raw_windows(self, name: str) -> np.ndarray:
        """Return the windows (N, rows, columns, 2) float16 of the full method, intensities as stored."""
        working, _ = to_working_grid(self.images(name).scan, self.recipe)
        windows = windows_of(working, self.recipe)
        size = (self.recipe.patch, self.recipe.patch)
        channels = [
            crop_pad(volume.array[windows.indices], windows.start_yx, size)
            for volume in (working.flair, working.t1)
            if volume is not None
        ]
        return (np.stack(channels, axis=-1) / RAW_UNIT).astype(np.float16)

    def _read(self, name: str) -> Images:
        # The experiments compare FLAIR with FLAIR and T1: every case needs both.
        return Images(*read_case(self.case(name), InputOptions(require_t1=True)))
