"""What a process may use, and what is refused for want of it."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from dicom_writer import write_multiframe, write_series
from wmhseg.errors import InputError
from wmhseg.io import limits
from wmhseg.io.limits import require_memory, usable_memory
from wmhseg.io.volume import Grid, Volume, read_image


def groups(folder: Path, lines: str, files: dict[str, str]) -> list[int]:
    """The limits that are found where these are the process's groups and the kernel's files."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (folder / "self").write_text(lines)
    return sorted(limits._group_limits(folder / "self"))


@pytest.mark.parametrize(
    ("lines", "files", "found"),
    [
        ("0::/job/step\n", {"job/step/memory.max": "max\n", "job/memory.max": "4000\n"}, [4000]),
        ("0::/\n", {"memory.max": "3000\n"}, [3000]),  # in a container
        (
            "5:cpu:/a\n4:memory:/job\n0::/\n",
            {"memory/job/memory.limit_in_bytes": "2000\n", "memory/memory.limit_in_bytes": "9000\n"},
            [2000, 9000],
        ),
        ("0::/../outside\n", {"memory.max": "7\n"}, [7]),
        ("", {"memory.max": "7\n"}, []),
    ],
)
def test_limits_of_control_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, files: dict[str, str], found: list[int]
) -> None:
    monkeypatch.setattr(limits, "_CGROUPS", tmp_path)
    assert groups(tmp_path, lines, files) == found


def test_no_control_groups(tmp_path: Path) -> None:
    assert list(limits._group_limits(tmp_path / "none")) == []


def test_the_least_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < usable_memory() <= physical
    monkeypatch.setattr(limits, "_group_limits", lambda: iter([5000, 4000]))
    assert usable_memory() == 4000
    monkeypatch.setattr(resource, "getrlimit", lambda _: (3000, 9000))
    assert usable_memory() == 3000


def test_too_many_voxels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "usable_memory", lambda: 3_000_000_000)
    require_memory("scan", 100_000_000)  # 30 bytes each
    with pytest.raises(
        InputError,
        match=r"^scan: .* found 100000001 voxels, which take 3 GB at least of 3 GB; check its size",
    ):
        require_memory("scan", 100_000_001)


def test_ulimit_counts() -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9));"
    code += "from wmhseg.io.limits import usable_memory; print(usable_memory())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 10**9


@pytest.mark.parametrize("multiframe", [False, True])
def test_dicom_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, multiframe: bool
) -> None:
    grid = Grid((5, 6, 4), (1, 1, 3), (0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    volume = Volume(np.arange(120, dtype=np.uint16).reshape(grid.shape_zyx), grid)
    path = write_multiframe(tmp_path / "m.dcm", volume) if multiframe else write_series(tmp_path, volume)
    monkeypatch.setattr(limits, "usable_memory", lambda: 120 * 30)
    read_image(path)
    monkeypatch.setattr(limits, "usable_memory", lambda: 120 * 30 - 1)
    with pytest.raises(InputError, match=rf"^{path}: .*fits into memory, found 120 voxels"):
        read_image(path)
