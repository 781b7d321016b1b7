"""Chunks, and what is asked for each."""

import os
from pathlib import Path
from types import ModuleType

import nibabel as nib
import numpy as np
import pytest

from wmhseg.arguments import Part
from wmhseg.batch.scan_list import read_jobs


def image(path: Path, size: tuple[int, int, int], kind: type = nib.Nifti1Image) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(kind(np.zeros(size, np.uint8), np.eye(4)), path)
    return path


def test_voxels_of_headers(plan: ModuleType, tmp_path: Path) -> None:
    assert plan.mvoxels(image(tmp_path / "a.nii.gz", (100, 200, 5))) == 0.1
    assert plan.mvoxels(image(tmp_path / "b.nii", (100, 200, 10), nib.Nifti2Image)) == 0.2
    for name in ("none.nii.gz", "text.nii.gz", "short.nii"):
        if name != "none.nii.gz":
            (tmp_path / name).write_bytes(b"no")
        assert plan.mvoxels(tmp_path / name) == plan.USUAL_MVOXELS


def test_memory_and_minutes(plan: ModuleType) -> None:
    """By hand: 600 MB + 90 a million voxels + 500 of Snakemake; 6 s, and 2 s + 5.5 a million voxels."""
    chunk = plan.Chunk("1", "", (1.0, 2.0), "")
    assert [chunk.mem_mb(attempt) for attempt in (1, 2, 3)] == [1300, 2000, 2600]  # 1280, 1920, 2560
    # 6 + 2 x 2 + 3 x 5.5 = 26.5 s; three times that and two minutes: 3.3
    assert [chunk.minutes(attempt) for attempt in (1, 2)] == [4, 8]
    assert chunk.minutes(1, 2.0) == 5  # 6 + 41 s: 4.4


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("", ""),
        ("--regions --mni --threshold 0.8", "--regions --threshold 0.8"),
        ("--parcellation-names 'a b.tsv' --workers=2 --dicom --weights '/a b'", "--weights '/a b'"),
        ("--filled-t1 --m", "--m"),  # no abbreviations: wmhseg judges them
    ],
)
def test_options_that_changes_have_too(plan: ModuleType, given: str, left: str) -> None:
    assert plan.options_of_change(given) == left


def test_a_table_is_dealt_out_as_wmhseg_does_it(plan: ModuleType, tmp_path: Path) -> None:
    rows = []
    for index in range(5):
        image(tmp_path / f"{index}.nii", (10, 10, 10 * (index + 1)))
        rows.append(f"{index}.nii\t\ts{index}")
    path = tmp_path / "list.tsv"
    path.write_text("\n".join(("flair\tt1\tname", *rows[:3], "\t\t", *rows[3:])) + "\n")
    chunks = plan.chunks_of_table(path, 2)
    assert [chunk.words for chunk in chunks] == ["--part 1/3", "--part 2/3", "--part 3/3"]
    jobs = read_jobs(path, tmp_path / "out")
    for index, chunk in enumerate(chunks, 1):
        names = [job.name for job in Part(index, 3).of(jobs)]
        assert chunk.sizes == tuple((int(name[1:]) + 1) / 1000 for name in names)


def test_another_image_is_another_state(plan: ModuleType, tmp_path: Path) -> None:
    image(tmp_path / "a.nii", (10, 10, 10))
    (tmp_path / "list.tsv").write_text("flair\na.nii\nnone.nii\n")
    states = [plan.chunks_of_table(tmp_path / "list.tsv", 1) for _ in range(2)]
    assert states[0] == states[1]
    os.utime(tmp_path / "a.nii", (1, 1))
    after = plan.chunks_of_table(tmp_path / "list.tsv", 1)
    assert [one.state == two.state for one, two in zip(states[0], after, strict=True)] == [False, True]


def test_participants_stay_together(plan: ModuleType, tmp_path: Path) -> None:
    for name in ("sub-1/anat/sub-1", "sub-2/ses-a/anat/sub-2_ses-a", "sub-2/ses-b/anat/sub-2_ses-b"):
        image(tmp_path / f"{name}_FLAIR.nii", (10, 10, 10))
    image(tmp_path / "sub-3/anat/sub-3_FLAIR.nii.gz", (10, 10, 20))
    image(tmp_path / "sub-4/anat/sub-4_T1w.nii.gz", (10, 10, 20))
    first, second, third = plan.chunks_of_bids(tmp_path, 2)
    assert [one.words for one in (first, second, third)] == [f"--participant-label {i}" for i in (1, 2, 3)]
    assert [one.has_sessions for one in (first, second, third)] == [False, True, False]
    assert (second.sizes, third.sizes) == ((0.001, 0.001), (0.002,))
    (whole,) = plan.chunks_of_bids(tmp_path, 4)
    assert (whole.words, whole.has_sessions) == ("--participant-label 1 2 3", True)


@pytest.mark.parametrize("text", ["flair\n", "flair\tt1\n\t\n"])
def test_no_scans_are_no_chunks(plan: ModuleType, tmp_path: Path, text: str) -> None:
    (tmp_path / "list.tsv").write_text(text)
    assert plan.chunks_of_table(tmp_path / "list.tsv", 2) == []
