"""Which files of a BIDS data set are segmented, with which T1, and what the results are called."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from wmhseg.bids.dataset import Selection, find_scans, require_dataset
from wmhseg.bids.derivatives import job_of
from wmhseg.errors import InputError
from wmhseg.io.bids_names import parse, stem


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def pairs(root: Path, selection: Selection = Selection()) -> dict[str, str | None]:  # noqa: B008
    return {scan.flair.path.name: scan.t1 and scan.t1.path.name for scan in find_scans(root, selection).scans}


def test_names() -> None:
    image = parse(Path("x/sub-01_ses-a_acq-3d_run-2_FLAIR.nii.gz"))
    assert image is not None
    assert dict(image.entities) == {"sub": "01", "ses": "a", "acq": "3d", "run": "2"}
    assert image.suffix == "FLAIR"
    for name in ("sub-01_FLAIR.json", "FLAIR.nii.gz", "sub-01_bad_FLAIR.nii.gz", "sub-01_FLAIR.nii.gz.tmp"):
        assert parse(Path(name)) is None
    # BIDS 1.10: run before space, space before chunk, both before label.
    assert stem({"label": "WMH", "chunk": "1", "space": "orig", "run": "2", "ses": "a", "sub": "01"}) == (
        "sub-01_ses-a_run-2_space-orig_chunk-1_label-WMH"
    )


def test_t1_of_the_session_else_of_the_subject(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "sub-01/anat/sub-01_FLAIR.nii.gz",
        "sub-01/anat/sub-01_T1w.nii",
        "sub-02/ses-a/anat/sub-02_ses-a_T1w.nii.gz",
        "sub-02/ses-b/anat/sub-02_ses-b_FLAIR.nii.gz",
        "sub-02/ses-b/anat/sub-02_ses-b_T1w.nii.gz",
        "sub-02/ses-c/anat/sub-02_ses-c_FLAIR.nii.gz",
        "sub-03/anat/sub-03_FLAIR.nii",
        "sub-03/anat/sub-03_T2w.nii.gz",
        "sub-04/anat/sub-04_T1w.nii.gz",
        "derivatives/x/sub-01/anat/sub-01_FLAIR.nii.gz",
    )
    assert pairs(tmp_path) == {
        "sub-01_FLAIR.nii.gz": "sub-01_T1w.nii",
        "sub-02_ses-b_FLAIR.nii.gz": "sub-02_ses-b_T1w.nii.gz",
        "sub-02_ses-c_FLAIR.nii.gz": "sub-02_ses-a_T1w.nii.gz",
        "sub-03_FLAIR.nii": None,
    }
    assert list(pairs(tmp_path, Selection(("03", "01")))) == ["sub-01_FLAIR.nii.gz", "sub-03_FLAIR.nii"]
    # A T1 of another session remains the subject's.
    assert pairs(tmp_path, Selection(sessions=("c",))) == {
        "sub-02_ses-c_FLAIR.nii.gz": "sub-02_ses-a_T1w.nii.gz"
    }


def test_several_runs_and_acquisitions(tmp_path: Path) -> None:
    touch(
        tmp_path / "sub-1" / "anat",
        *(f"sub-1_{name}.nii.gz" for name in ("acq-2d_FLAIR", "acq-3d_run-1_FLAIR", "acq-3d_run-2_FLAIR")),
        *(f"sub-1_{name}.nii.gz" for name in ("acq-3d_ce-gad_run-2_T1w", "run-1_T1w", "run-2_T1w")),
        "sub-1_part-phase_FLAIR.nii.gz",
    )
    assert pairs(tmp_path) == {
        "sub-1_acq-2d_FLAIR.nii.gz": "sub-1_run-1_T1w.nii.gz",
        "sub-1_acq-3d_run-1_FLAIR.nii.gz": "sub-1_run-1_T1w.nii.gz",
        "sub-1_acq-3d_run-2_FLAIR.nii.gz": "sub-1_run-2_T1w.nii.gz",
    }


def test_resampled_images_beside_others_are_left_out(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "sub-01/anat/sub-01_acq-3d_FLAIR.nii.gz",
        "sub-01/anat/sub-01_space-T1w_FLAIR.nii.gz",
        "sub-01/anat/sub-01_space-MNI_T1w.nii.gz",
        "sub-01/anat/sub-01_rec-x_T1w.nii.gz",
        # Alone, it is the FLAIR; its T1 is the one of its space.
        "sub-02/anat/sub-02_space-T1w_FLAIR.nii.gz",
        "sub-02/anat/sub-02_space-T1w_T1w.nii.gz",
        "sub-02/anat/sub-02_T1w.nii.gz",
    )
    assert pairs(tmp_path) == {
        "sub-01_acq-3d_FLAIR.nii.gz": "sub-01_rec-x_T1w.nii.gz",
        "sub-02_space-T1w_FLAIR.nii.gz": "sub-02_space-T1w_T1w.nii.gz",
    }
    dataset = find_scans(tmp_path, Selection())
    assert dataset.resampled == (tmp_path / "sub-01/anat/sub-01_space-T1w_FLAIR.nii.gz",)
    assert dataset.misnamed == ()


def test_names_that_are_none_of_their_folder_are_left_out_and_named(tmp_path: Path) -> None:
    good = ["sub-01/anat/sub-01_acq-3d+fs_FLAIR.nii.gz", "sub-01/ses-a/anat/sub-01_acq-2d_FLAIR.nii.gz"]
    good += ["sub-02/anat/sub-02_ses-1_FLAIR.nii"]
    bad = [
        "sub-01/anat/sub-01_FLAIR.NII.GZ",
        "sub-01/anat/sub-01_T1.2.nii.gz",
        "sub-01/anat/sub-01_T2FLAIR.nii.gz",
        "sub-01/anat/sub-01_acq-3D-iso_FLAIR.nii.gz",
        "sub-01/anat/sub-01_acq-a_acq-b_FLAIR.nii.gz",
        "sub-01/anat/sub-02_FLAIR.nii.gz",
        "sub-01/ses-a/anat/sub-01_ses-b_FLAIR.nii.gz",
        "sub-02/anat/acq-x_FLAIR.nii.gz",
    ]
    others = ["sub-01/anat/sub-01_acq-flair_T2w.nii.gz", "sub-01/anat/sub-01_FLAIR.json", "sub-04.tsv"]
    touch(tmp_path, *good, *bad, *others, "sub-03/func/x.nii.gz")
    assert list(pairs(tmp_path)) == [Path(name).name for name in good]
    assert find_scans(tmp_path, Selection()).misnamed == tuple(tmp_path / name for name in bad)


def test_one_result_for_two_images_is_refused(tmp_path: Path) -> None:
    one, other = "sub-01_acq-a_run-1_FLAIR.nii.gz", "sub-01_run-1_acq-a_FLAIR.nii.gz"
    touch(tmp_path, f"sub-01/anat/{one}", f"sub-01/anat/{other}")
    with pytest.raises(
        InputError, match=rf"{other}: .+ for the result sub-01_acq-a_run-1_.+found .+{one} too"
    ):
        find_scans(tmp_path, Selection())
    touch(tmp_path / "2", "sub-01/ses-1/anat/sub-01_FLAIR.nii.gz", "sub-01/ses-2/anat/sub-01_FLAIR.nii.gz")
    with pytest.raises(
        InputError, match=r"ses-2.+: expected one FLAIR for the result sub-01_.+found .+ses-1"
    ):
        find_scans(tmp_path / "2", Selection())


def test_folders_that_may_not_be_read_are_scans_that_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, *(f"sub-{number}/ses-{one}/anat/x.json" for number in (1, 2) for one in "ab"))
    touch(tmp_path, "sub-3/anat/sub-3_FLAIR.nii.gz")
    locked = [tmp_path / "sub-1", tmp_path / "sub-2" / "ses-b" / "anat"]
    iterdir = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path in locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    jobs = [job_of(scan, tmp_path, Path("out")) for scan in find_scans(tmp_path, Selection()).scans]
    why = "cannot be read (Permission denied); check who owns it"
    assert [(job.name, job.error) for job in jobs] == [
        ("sub-1", f"{locked[0]}: {why}"),
        ("sub-2_ses-b", f"{locked[1]}: {why}"),
        ("sub-3", ""),
    ]
    assert jobs[0].files.error == Path("out/logs/sub-1_space-orig_label-WMH_mask.txt")
    # Nobody knows which sessions sub-1 has.
    chosen = find_scans(tmp_path, Selection(sessions=("b",))).scans
    assert [scan.flair.entities["sub"] for scan in chosen] == ["1", "2"]


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection(("01", "09")), "expected a FLAIR of sub-09, found none"),
        (Selection(sessions=("x",)), "expected a FLAIR of ses-x, found none"),
    ],
)
def test_labels_without_scans(tmp_path: Path, selection: Selection, message: str) -> None:
    touch(tmp_path, "sub-01/anat/sub-01_FLAIR.nii.gz")
    with pytest.raises(InputError, match=message):
        find_scans(tmp_path, selection)


def test_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"^{tmp_path}: expected sub-\*/.+_FLAIR.nii.gz, found none"):
        find_scans(tmp_path, Selection())
    with pytest.raises(InputError, match="no: expected a folder, found: No such file"):
        find_scans(tmp_path / "no", Selection())
    touch(tmp_path, "sub-01/anat/sub-01_FLAIR.nii.gz", "sub-01/anat/sub-01_FLAIR.nii")
    with pytest.raises(InputError, match=r"result sub-01_space-orig, found .+FLAIR\.nii too; rename"):
        find_scans(tmp_path, Selection())


@pytest.mark.parametrize("text", [None, "{", "[]", '{"Name": "x"}', "[" * 100000], ids=range(5))
def test_description_is_required(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "dataset_description.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=rf"^{path}: expected JSON with Name and BIDSVersion"):
        require_dataset(tmp_path)
    path.write_text('{"Name": "x", "BIDSVersion": "1.8.0"}')
    require_dataset(tmp_path)


def test_files_of_a_scan(tmp_path: Path) -> None:
    touch(tmp_path, "sub-1/ses-2/anat/sub-1_ses-2_run-1_FLAIR.nii.gz", "sub-1/ses-1/anat/sub-1_ses-1_T1w.nii")
    (scan,) = find_scans(tmp_path, Selection()).scans
    job = job_of(scan, tmp_path, Path("out"))
    assert job.name == "sub-1_ses-2_run-1"
    anat, name = Path("out/sub-1/ses-2/anat"), "sub-1_ses-2_run-1_space-orig_label-WMH"
    assert job.files.mask == anat / f"{name}_mask.nii.gz"
    assert job.files.report == anat / f"{name}_mask.json"
    assert job.files.probability == anat / f"{name}_probseg.nii.gz"
    assert job.files.thumbnail == Path(f"out/figures/{name}_mask.jpg")
    assert job.report_fields["Sources"] == [
        "bids:raw:sub-1/ses-2/anat/sub-1_ses-2_run-1_FLAIR.nii.gz",
        "bids:raw:sub-1/ses-1/anat/sub-1_ses-1_T1w.nii",
    ]
