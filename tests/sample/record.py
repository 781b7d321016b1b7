"""Record the sample's mask: `python tests/sample/record.py`, after a change that was meant to change it.

The record is what `test_sample.py` holds the program to. It is written only where the rule of CONTRIBUTING.md
was kept: another mask, another ALGORITHM; another mask or other weights, a higher minor version.
"""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from wmhseg import ALGORITHM, Segmenter, __version__
from wmhseg.model.manifest import default_weights, read_manifest

FOLDER = Path(__file__).parent
SAMPLE = FOLDER.parents[1] / "examples" / "sample" / "pre"
MASK, RECORD = FOLDER / "sample_mask.nii.gz", FOLDER / "sample_mask.json"
# Another processor rounds otherwise: a voxel or two at the threshold.
LEAST_DICE = 0.999


@dataclass(frozen=True)
class Record:
    """What the recorded mask was made with."""

    version: str
    algorithm: int
    weights: list[str]


def present() -> Record:
    """Return what the program is now."""
    weights = [member.sha256 for member in read_manifest(default_weights()).members]
    return Record(__version__, ALGORITHM, weights)


def read() -> tuple[Record, np.ndarray]:
    """Return the record and its mask (Z, Y, X)."""
    return Record(**json.loads(RECORD.read_text())), sitk.GetArrayFromImage(sitk.ReadImage(str(MASK)))


def sample_mask() -> sitk.Image:
    """Return the mask of the sample, in float32."""
    segmenter = Segmenter(precision="float32", all_members=False)
    return segmenter.segment(SAMPLE / "FLAIR.nii.gz", SAMPLE / "T1.nii.gz").to_sitk()


def dice(one: np.ndarray, other: np.ndarray) -> float:
    """Return the Dice of two masks."""
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def broken_rule(before: Record, now: Record, *, same_mask: bool) -> str:
    """Return which rule a change breaks; empty for none."""
    minors = [tuple(map(int, record.version.split(".")[:2])) for record in (before, now)]
    if not same_mask and now.algorithm == before.algorithm:
        return "the sample's mask changed: raise ALGORITHM in src/wmhseg/__init__.py"
    if (not same_mask or now.weights != before.weights) and minors[1] <= minors[0]:
        return "the sample's mask or the weights changed: raise the minor version in src/wmhseg/__init__.py"
    return ""


def main() -> int:
    """Write the record, unless the rule was broken."""
    now, image = present(), sample_mask()
    if RECORD.is_file():
        before, mask = read()
        same = dice(mask, sitk.GetArrayFromImage(image)) >= LEAST_DICE
        if said := broken_rule(before, now, same_mask=same):
            print(said, file=sys.stderr)
            return 1
    sitk.WriteImage(image, str(MASK), useCompression=True)
    RECORD.write_text(json.dumps(asdict(now), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
