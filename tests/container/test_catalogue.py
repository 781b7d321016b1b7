"""Rows of the catalogue of inputs, of every kind, through the container."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "catalogue"))
from kinds import KINDS

Docker = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.docker

# Each with its masks; the networks are real, so nothing is said of how much they show.
ROWS = {
    "NIfTI: sform alone, pixdim of another size": ["mask.nii.gz"],
    "NIfTI: voxels missing, FLAIR.NII": [],
    "NIfTI: more voxels than fit into memory": [],
    "T1: voxels 10 times too large": [],
    "DICOM: multi-frame, in a folder, compressed": ["mask.nii.gz"],
    "DICOM: PixelSpacing missing": [],
    "Output: an unknown ending": [],
    "Folder of scans: a folder's name is no UTF-8": ["out/M\udcfcller/wmh.nii.gz"],
    "Folder of scans: a FLAIR of 0 bytes": ["out/a/wmh.nii.gz"],
    "List: a quotation mark alone": [],
    "BIDS: space- beside a raw FLAIR": ["out/sub-1/anat/sub-1_space-orig_label-WMH_mask.nii.gz"],
    "Weights: a field from elsewhere": [],
}


@pytest.mark.parametrize("name", ROWS)
def test_row(docker: Docker, image: str, tmp_path: Path, name: str) -> None:
    (kind,) = (kind for kind in KINDS if kind.name == name)
    words = kind.make(tmp_path)
    before = set(tmp_path.rglob("*"))
    options = ("--rm", "-e", f"OUTPUT_FOLDER={tmp_path}", "-v", f"{tmp_path}:{tmp_path}")
    done = docker("run", *options, image, "wmhseg", *words, check=False)
    assert done.returncode == kind.exit_code, done.stderr
    assert "Traceback" not in done.stderr
    assert any(re.search(kind.says, line) for line in done.stderr.splitlines()), done.stderr
    masks = [tmp_path / mask for mask in ROWS[name]]
    assert sorted(tmp_path.rglob("*mask.nii.gz")) + sorted(tmp_path.rglob("wmh.nii.gz")) == masks
    for mask in masks:
        assert set(np.unique(nib.load(mask).dataobj)) <= {0, 1}
    if not masks:
        assert set(tmp_path.rglob("*")) == before
