"""`wmhseg batch` from folders to cohort, with an ensemble that needs no network and real worker processes."""

import csv
import errno
import gzip
import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.batch.compute import How
from wmhseg.batch.run_batch import run_batch
from wmhseg.cli import main
from wmhseg.errors import ScansFailedError, WeightsError
from wmhseg.segmentation.result_files import ResultFiles
from wmhseg.segmentation.segment_files import segment_files
from wmhseg.settings import InputOptions, Settings

pytestmark = pytest.mark.usefixtures("fake_ensemble")


def huge_header() -> bytes:
    """A NIfTI-1 header of 20000 x 20000 x 20000 voxels (16 TB) and nothing behind it."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, 20000, 20000, 20000, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 4, 16)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<f", header, 108, 352.0)
    header[344:348] = b"n+1\0"
    return gzip.compress(bytes(header))


@pytest.fixture
def how(weights_folder: Path) -> Callable[..., How]:
    def make(again: bool = False, workers: int = 1) -> How:
        return How(Settings(weights_folder), workers, again)

    return make


@pytest.fixture
def good(tmp_path: Path, scan_folder: Path) -> Path:
    """A folder with one scan in the challenge's layout and one without T1 in the other."""
    root = tmp_path / "scans"
    shutil.copytree(scan_folder, root / "site" / "with" / "pre")
    shutil.copytree(scan_folder, root / "site" / "with" / "orig")
    (root / "without").mkdir()
    shutil.copy(scan_folder / "FLAIR.nii.gz", root / "without")
    return root


def table(output: Path) -> dict[str, dict[str, str]]:
    with (output / "cohort.tsv").open(newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file, delimiter="\t")}


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_bad_scans_do_not_stop_the_good_ones(
    good: Path, tmp_path: Path, how: Any, fake_ensemble: Any, weights_folder: Path
) -> None:
    for name, content in (
        ("corrupt", b"no image"),
        ("empty", b""),
        ("huge", huge_header()),
    ):
        (good / name).mkdir()
        (good / name / "FLAIR.nii.gz").write_bytes(content)
    output = tmp_path / "out"
    with pytest.raises(
        ScansFailedError, match=r"^3 of 5 scans failed: corrupt, empty, huge; reasons in .+out$"
    ) as caught:
        run_batch(good, output, how(workers=2))
    assert caught.value.exit_code == 7
    assert fake_ensemble.calls == 2

    rows = table(output)
    assert list(rows) == ["corrupt", "empty", "huge", "site/with", "without"]
    for name in ("corrupt", "empty", "huge"):
        path = good / name / "FLAIR.nii.gz"
        assert rows[name]["error"].startswith(f"{path}: not a readable image")
        assert (output / name / "error.txt").read_text() == rows[name]["error"] + "\n"
        assert (rows[name]["volume_ml"], rows[name]["seconds"]) == ("n/a", "n/a")
        assert files(output / name) == ["error.txt"]
    assert "expected 16000000000352 bytes, found 54 compressed ones" in rows["huge"]["error"]
    for name in ("site/with", "without"):
        assert files(output / name) == ["report.json", "thumbnail.jpg", "wmh.nii.gz"]
        assert rows[name]["error"] == "n/a"
    assert (rows["site/with"]["t1_used"], rows["without"]["t1_used"]) == ("true", "false")
    # The drawn head has no contrast of a real one.
    assert rows["site/with"]["flags"] == "contrast"
    assert rows["without"]["flags"] == "no T1: segmenting with FLAIR alone; contrast"

    # The same mask and numbers as `wmhseg segment` gives.
    alone = ResultFiles(tmp_path / "alone.nii.gz", tmp_path / "alone.json", all_members=True)
    pre = good / "site" / "with" / "pre"
    segment_files(pre / "FLAIR.nii.gz", pre / "T1.nii.gz", alone, Settings(weights_folder))
    mask = nib.load(output / "site" / "with" / "wmh.nii.gz")
    np.testing.assert_array_equal(np.asarray(mask.dataobj), np.asarray(nib.load(alone.mask).dataobj))
    expected = json.loads(alone.report.read_text())
    report = json.loads((output / "site" / "with" / "report.json").read_text())
    for key in set(expected) - {"seconds"}:
        assert report[key] == expected[key]
    assert rows["site/with"]["volume_ml"] == str(expected["volume_ml"])
    assert rows["site/with"]["lesion_count"] == "3"
    # The fake members differ, so the range is one.
    volume, low, high = (float(rows["site/with"][f"volume_{name}"]) for name in ("ml", "low_ml", "high_ml"))
    assert [low, high] == expected["volume_interval_ml"]
    assert low < volume < high
    assert rows["site/with"]["volume_above_0.8_ml"] == str(expected["volume_above_ml"]["0.8"])
    page = (output / "cohort.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 2


def test_finished_scans_are_left_alone_while_all_is_the_same(
    good: Path, tmp_path: Path, how: Any, fake_ensemble: Any
) -> None:
    output = tmp_path / "out"
    run_batch(good, output, how())
    assert fake_ensemble.calls == 2
    before = (output / "without" / "report.json").stat().st_mtime_ns
    run_batch(good, output, how())
    assert fake_ensemble.calls == 2
    assert (output / "without" / "report.json").stat().st_mtime_ns == before
    # Another image under the same name is another scan.
    shutil.copy(good / "site" / "with" / "pre" / "T1.nii.gz", good / "without" / "T1.nii.gz")
    run_batch(good, output, how())
    assert fake_ensemble.calls == 3
    assert table(output)["without"]["t1_used"] == "true"
    run_batch(good, output, how(again=True))
    assert fake_ensemble.calls == 5


def test_changed_weights_end_the_run_and_are_no_fault_of_a_scan(
    good: Path, tmp_path: Path, how: Any, fake_ensemble: Any
) -> None:
    fake_ensemble.verifies = True  # the file's hash is not what the manifest says
    output = tmp_path / "out"
    with pytest.raises(WeightsError, match=r"member-0.weights.h5: expected SHA-256 0000"):
        run_batch(good, output, how())
    assert [path for path in output.rglob("*") if path.is_file()] == []


def test_arguments_that_prepare_the_scans(good: Path, tmp_path: Path, weights_folder: Path) -> None:
    output = tmp_path / "out"
    command = ["batch", str(good), str(output), "--weights", str(weights_folder), "--workers", "1"]
    assert main([*command, "--require-t1", "--bias-correction", "on"]) == 7
    rows = table(output)
    assert rows["without"]["error"].startswith("T1: expected one, because it is required")
    assert json.loads((output / "site" / "with" / "report.json").read_text())["bias_corrected"] == [
        "FLAIR",
        "T1",
    ]
    # Other settings, other results: both are computed again.
    assert main([*command, "--bias-correction", "off"]) == 0
    assert json.loads((output / "site" / "with" / "report.json").read_text())["bias_corrected"] == []
    assert table(output)["without"]["t1_used"] == "false"


def test_a_failure_is_tried_again_and_forgotten(good: Path, tmp_path: Path, how: Any) -> None:
    shutil.rmtree(good / "site")
    path, output = good / "without" / "FLAIR.nii.gz", tmp_path / "out"
    content = path.read_bytes()
    path.write_bytes(b"")
    with pytest.raises(ScansFailedError, match="1 of 1 scans failed: without"):
        run_batch(good, output, how())
    path.write_bytes(content)
    run_batch(good, output, how())
    assert files(output / "without") == ["report.json", "thumbnail.jpg", "wmh.nii.gz"]
    assert table(output)["without"]["error"] == "n/a"


def test_a_reference_mask_is_not_overwritten(good: Path, how: Any, fake_ensemble: Any) -> None:
    folder = good / "site" / "with"
    reference = folder / "wmh.nii.gz"
    reference.write_bytes(b"by hand")
    for again in (True, False):
        with pytest.raises(ScansFailedError, match="1 of 2 scans failed: site/with"):
            run_batch(good, good, how(again=again))
    assert reference.read_bytes() == b"by hand"
    assert files(folder) == ["orig", "pre", "wmh.nii.gz"]
    error = table(good)["site/with"]["error"]
    assert error.startswith(f"{reference}: expected nothing, or a result with report.json beside it")
    assert files(good / "without") == ["FLAIR.nii.gz", "report.json", "thumbnail.jpg", "wmh.nii.gz"]
    assert fake_ensemble.calls == 1


def test_interrupted_between_scans(
    good: Path, tmp_path: Path, how: Any, fake_ensemble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import multiprocessing

    output = tmp_path / "out"
    predict = type(fake_ensemble).predict

    def second_call_is_interrupted(self: Any, slices: Any, **more: Any) -> Any:
        if self.calls == 1:
            raise KeyboardInterrupt
        return predict(self, slices, **more)

    monkeypatch.setattr(type(fake_ensemble), "predict", second_call_is_interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_batch(good, output, how())
    assert multiprocessing.active_children() == []
    assert files(output / "site" / "with") == ["report.json", "thumbnail.jpg", "wmh.nii.gz"]
    assert not (output / "without" / "report.json").exists()
    monkeypatch.setattr(type(fake_ensemble), "predict", predict)
    run_batch(good, output, how())
    assert fake_ensemble.calls == 2  # only the one that was missing


def test_whatever_happens_to_a_scan_is_its_own_failure(
    good: Path, tmp_path: Path, how: Any, fake_ensemble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody foresaw, and a folder that nothing can be written to."""
    output = tmp_path / "out"
    predict = type(fake_ensemble).predict

    def first_call_fails(self: Any, slices: Any, **more: Any) -> Any:
        found = predict(self, slices, **more)
        if self.calls == 1:
            raise ZeroDivisionError("by\nzero")
        return found

    monkeypatch.setattr(type(fake_ensemble), "predict", first_call_fails)
    with pytest.raises(ScansFailedError, match="1 of 2 scans failed"):
        run_batch(good, output, how())
    (failed,) = [row for row in table(output).values() if row["error"] != "n/a"]
    assert failed["error"] == f"{failed['flair']}: unexpected: ZeroDivisionError: by zero"

    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "without").write_text("a file where a folder should be")
    with pytest.raises(ScansFailedError, match="1 of 2 scans failed: without"):
        run_batch(good, blocked, how())
    assert files(blocked / "site" / "with") == ["report.json", "thumbnail.jpg", "wmh.nii.gz"]


def replacements(monkeypatch: pytest.MonkeyPatch, end_at: int) -> list[str]:
    """Let the run be ended when it puts the n-th file into its place; return what it has put there."""
    replace, done = Path.replace, []

    def end(self: Path, target: Path) -> Path:
        if len(done) == end_at:
            raise KeyboardInterrupt
        done.append(target.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", end)
    return done


def contents(folder: Path) -> dict[str, Any]:
    """Return what each file holds, less the seconds that the work took."""
    found: dict[str, Any] = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".json":
            found[name] = json.loads(path.read_text()) | {"seconds": None}
        elif path.suffix == ".tsv":
            with path.open(newline="") as file:
                rows = list(csv.DictReader(file, delimiter="\t"))
            found[name] = [{**row, "seconds": ""} for row in rows if row.get("measure") != "seconds"]
        else:
            found[name] = path.read_bytes()
    return found


@pytest.mark.parametrize("end_at", range(9))
def test_wherever_a_run_ends_the_next_gives_the_same(
    end_at: int, tmp_path: Path, scan_folder: Path, weights_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over nothing, and over what other settings gave: the sign that it is unfinished, then 8 files."""
    monkeypatch.setattr("wmhseg.batch.compute.work_ahead", lambda do, tasks, _: ((t, do(t)) for t in tasks))
    (tmp_path / "scans" / "one").mkdir(parents=True)
    shutil.copy(scan_folder / "FLAIR.nii.gz", tmp_path / "scans" / "one")
    same = How(Settings(weights_folder), 1, False)
    other = How(Settings(weights_folder, inputs=InputOptions(bias_correction="on")), 1, False)
    run_batch(tmp_path / "scans", tmp_path / "undisturbed", same)
    expected = contents(tmp_path / "undisturbed")
    output = tmp_path / "out"
    for how in (same, other):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            done = replacements(patch, end_at)
            run_batch(tmp_path / "scans", output, how)
        order = ["wmh.nii.gz", "thumbnail.jpg", "report.json"]
        order += ["cohort.tsv", "cohort.json", "cohort_long.tsv", "cohort_long.json", "cohort.html"]
        assert [name for name in done if "unfinished" not in name] == order[: max(end_at - 1, 0)]
        run_batch(tmp_path / "scans", output, same)
        assert contents(output) == expected


def test_a_full_disk_is_a_failed_scan_and_leaves_the_earlier_result(
    good: Path, tmp_path: Path, how: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    run_batch(good, output, how())
    before = contents(output)

    def full(path: Path) -> None:
        if path.parent.name == "without":
            raise OSError(errno.ENOSPC, "No space left on device")

    with (
        monkeypatch.context() as patch,
        pytest.raises(ScansFailedError, match="1 of 2 scans failed: without"),
    ):
        patch.setattr("wmhseg.io.writing._sync", full)
        run_batch(good, output, how(again=True))
    # Not even the reason could be written there, but it stands in the table, without the earlier numbers.
    row = table(output)["without"]
    assert row["error"].endswith(": cannot be written (No space left on device)")
    assert "unexpected" not in row["error"]
    assert row["volume_ml"] == "n/a"
    for name in ("report.json", "thumbnail.jpg", "wmh.nii.gz"):
        assert contents(output)[f"without/{name}"] == before[f"without/{name}"]
    run_batch(good, output, how())
    assert contents(output) == before


def test_rows_and_names_that_fail_alone(good: Path, tmp_path: Path, how: Any) -> None:
    """A row without FLAIR, the same name twice, names too long, and one that is no UTF-8."""
    flair = good / "without" / "FLAIR.nii.gz"
    odd = good / os.fsdecode(b"S\xfcd")
    odd.mkdir()
    shutil.copy(flair, odd)
    path = tmp_path / "list.tsv"
    rows = ["flair\tname", f"{flair}\tone", "\tnone", f"{flair}\tone", f"{flair}\t{'n' * 256}"]
    rows += [f"{good}/{'f' * 256}.nii.gz\tlong"]
    path.write_text("\n".join(rows) + "\n")
    with pytest.raises(ScansFailedError, match="4 of 5 scans failed: line-3, line-4, line-5, and 1 more"):
        run_batch(path, tmp_path / "out", how())
    found = table(tmp_path / "out")
    assert list(found) == ["one", "line-3", "line-4", "line-5", "long"]
    assert found["one"]["lesion_count"] == "3"
    assert found["line-4"]["error"].startswith(f"{path}, line 4: expected each scan once, found one again")
    assert found["long"]["error"].endswith("cannot be read (File name too long); check name and owner")
    run_batch(good, tmp_path / "folder", how())
    assert list(table(tmp_path / "folder")) == [r"S\udcfcd", "site/with", "without"]
    assert r"S\udcfcd" in (tmp_path / "folder" / "cohort.html").read_text(encoding="utf-8")


def test_another_precision_or_algorithm_is_another_result(
    good: Path, tmp_path: Path, how: Any, fake_ensemble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    monkeypatch.setattr("wmhseg.batch.made_from.used_precision", lambda _: "float32")
    # In this process: another one would not see what is patched.
    monkeypatch.setattr("wmhseg.batch.compute.work_ahead", lambda do, tasks, _: ((t, do(t)) for t in tasks))
    run_batch(good, output, how())
    run_batch(good, output, how())
    assert fake_ensemble.calls == 2
    monkeypatch.setattr("wmhseg.batch.made_from.used_precision", lambda _: "bfloat16")
    run_batch(good, output, how())
    assert fake_ensemble.calls == 4
    monkeypatch.setattr("wmhseg.batch.made_from.ALGORITHM", -1)
    run_batch(good, output, how())
    assert fake_ensemble.calls == 6
