"""Files are written whole or not at all: full disks, disks that become read-only, killed runs, odd names."""

import errno
import json
import os
import platform
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from wmhseg.errors import OutputError
from wmhseg.io.volume import Grid, Volume
from wmhseg.io.write_volume import write_volume
from wmhseg.io.writing import make_folder, replacing, write_bytes, write_json, write_text

ROOT = Path(__file__).parents[2]
NOISE = np.random.default_rng(1).integers(0, 255, (20, 64, 64)).astype(np.uint8)  # 80 kB, incompressible
GRID = Grid((64, 64, 20), (1.0, 1.0, 3.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
IMAGES = (".nii.gz", ".nii", ".mha", ".nrrd")


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        # Root may mount, as in .ci/run. The tests with a limit on a file's size run everywhere.
        (pytest.fail if os.environ.get("WMHSEG_STRICT") else pytest.skip)(f"no mount: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk))
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def limited() -> Iterator[None]:
    """No file may be longer than 16 kB; Python ignores the signal, so that writing fails with EFBIG."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16384, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refuses_what_does_not_fit(folder: Path) -> None:
    """Write each kind of file over an earlier one, too large to fit."""
    for ending in IMAGES:
        path = folder / f"mask{ending}"
        path.write_bytes(b"earlier")
        with pytest.raises(OutputError, match=rf"^{path}: cannot be written \(.+\)$") as caught:
            write_volume(path, Volume(NOISE, GRID))
        assert caught.value.exit_code == 6
        assert path.read_bytes() == b"earlier"
        path.unlink()
    path = folder / "report.json"
    path.write_text("earlier")
    with pytest.raises(OutputError, match=rf"^{path}: cannot be written"):
        write_json(path, {"text": "x" * 20000})
    with pytest.raises(OutputError, match=rf"^{path}: cannot be written"):
        write_bytes(path, NOISE.tobytes())
    assert path.read_text() == "earlier"
    assert names(folder) == ["report.json"]


def test_full_disk(small_disk: Path) -> None:
    refuses_what_does_not_fit(small_disk)
    # What fits is written still: this mask is empty.
    write_volume(small_disk / "mask.nii.gz", Volume(np.zeros_like(NOISE), GRID))
    assert nib.load(small_disk / "mask.nii.gz").shape == (64, 64, 20)


def test_file_too_long(limited: None, tmp_path: Path) -> None:
    refuses_what_does_not_fit(tmp_path)


def test_cut_off_zeros_are_noticed(limited: None, tmp_path: Path) -> None:
    """A reader that fills with zeros what is missing would find the mask that was meant."""
    with pytest.raises(OutputError, match="is the disk full"):
        write_volume(tmp_path / "mask.nii", Volume(np.zeros_like(NOISE), GRID))
    assert names(tmp_path) == []


def test_disk_that_becomes_read_only(small_disk: Path) -> None:
    path = small_disk / "report.json"
    write_text(path, "earlier")
    mount("-o", "remount,ro", str(small_disk))
    with pytest.raises(OutputError, match=rf"^{path}: expected a folder that can be written, found: Read-on"):
        write_text(path, "new")
    mount("-o", "remount,rw", str(small_disk))
    # After writing, before renaming: the temporary file cannot be removed either.
    with (
        pytest.raises(OutputError, match=rf"^{path}: cannot be written \(Read-only file system\)$"),
        replacing(path) as temporary,
    ):
        temporary.write_text("new")
        let_go(temporary)
        mount("-o", "remount,ro", str(small_disk))
    mount("-o", "remount,rw", str(small_disk))
    assert path.read_text() == "earlier"
    make_folder(small_disk)
    assert names(small_disk) == ["report.json"]


def let_go(path: Path) -> None:
    """Close the descriptor that locks a temporary file: `mount` remounts no disk with open files."""
    descriptor = next(int(one.name) for one in Path("/proc/self/fd").iterdir() if one.resolve() == path)
    with Path(os.devnull).open() as nowhere:
        os.dup2(nowhere.fileno(), descriptor)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_errors_of_the_system_are_output_errors(
    code: int, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("earlier")

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(*(("os.fsync", fail) if step == "fsync" else (Path, "replace", fail)))
    with pytest.raises(OutputError, match=rf"^{path}: cannot be written \({os.strerror(code)}\)$"):
        write_text(path, "new")
    assert names(tmp_path) == ["table.tsv"]
    assert path.read_text() == "earlier"


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"M\xfcller")
    make_folder(folder)
    write_text(folder / "text", os.fsdecode(b"M\xfcller"))
    assert (folder / "text").read_bytes() == rb"M\udcfcller"
    write_json(folder / "json", {"name": os.fsdecode(b"M\xfcller")})
    assert json.loads((folder / "json").read_bytes()) == {"name": "M\udcfcller"}
    write_volume(folder / os.fsdecode(b"\xfc.nii.gz"), Volume(NOISE, GRID))
    (folder / os.fsdecode(b"\xfc.nii.gz")).rename(tmp_path / "mask.nii.gz")
    np.testing.assert_array_equal(np.asarray(nib.load(tmp_path / "mask.nii.gz").dataobj).T, NOISE)
    assert names(folder) == ["json", "text"]


def test_what_killed_runs_left_is_removed(tmp_path: Path) -> None:
    """And what a run writes that is alive is not: of another process, and of this one."""
    code = """
import os, signal, sys
from pathlib import Path
from wmhseg.io.writing import replacing
with replacing(Path(sys.argv[1], "mask.nii.gz")) as temporary:
    temporary.write_text("half")
    print(temporary.name, flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    with subprocess.Popen(command, **pipes) as other, replacing(tmp_path / "report.json") as temporary:
        theirs = other.stdout.readline().strip()
        make_folder(tmp_path)
        assert names(tmp_path) == sorted([theirs, temporary.name])
        other.communicate("go\n")
        make_folder(tmp_path)
        assert names(tmp_path) == [temporary.name]
    assert names(tmp_path) == ["report.json"]


def test_what_other_machines_left_is_removed_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "node", lambda: "another")
    young, old, theirs = tmp_path / ".wmhseg-1f.nii.gz", tmp_path / ".wmhseg-2f", tmp_path / "wmhseg"
    for path in (young, old, theirs):
        path.touch()
    os.utime(old, (0, 0))
    os.utime(theirs, (0, 0))
    make_folder(tmp_path)
    assert names(tmp_path) == [young.name, theirs.name]


def test_long_names(tmp_path: Path) -> None:
    """The temporary's name is short, whatever the target's is."""
    for name in ("a" * 255, "a." + "b" * 253, "a." + "b" * 246 + ".nii.gz"):
        write_text(tmp_path / name, "text")
        assert (tmp_path / name).read_text() == "text"
    with pytest.raises(OutputError, match=r"cannot be written \(File name too long"):
        write_text(tmp_path / ("a" * 256), "text")


WAYS = re.compile(r"\.(write_text|write_bytes|savefig|save|WriteImage)\(|open\(.*[\"'][wax]b?\+?[\"']")
# A temporary path, memory, or what another program says.
SAFE = re.compile(r"temporary|buffer|jpeg|all_or_none|name, useCompression|log\.open|os\.devnull")


def test_there_is_no_other_way_to_write() -> None:
    lines = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if WAYS.search(line)
    ]
    assert len(lines) > 10
    assert [line for line in lines if not SAFE.search(line)] == []
