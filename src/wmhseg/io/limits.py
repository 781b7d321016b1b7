"""How much memory the process may use, and whether an image fits into it."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from wmhseg.errors import InputError

# Peak of segmenting a FLAIR alone, measured: 28 above the network's own at 61 million voxels, 32 at 22.
BYTES_A_VOXEL = 30
_CGROUPS = Path("/sys/fs/cgroup")
_LIMITS = ("memory.max", "memory.limit_in_bytes")


def require_memory(name: object, voxels: int) -> None:
    """Refuse an image that cannot be segmented in the memory that the process may use.

    Raises:
        InputError: It is too large.
    """
    needed, most = voxels * BYTES_A_VOXEL, usable_memory()
    if needed > most:
        raise InputError(
            f"{name}: expected an image that fits into memory, found {voxels} voxels, which take "
            f"{needed / 1e9:.3g} GB at least of {most / 1e9:.3g} GB; check its size, or allow more memory"
        )


def usable_memory() -> int:
    """Return the bytes that this process may use: of the machine, its control group or `ulimit -v`."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    limits = [physical, *([] if soft == resource.RLIM_INFINITY else [soft]), *_group_limits()]
    return min(limits)


def _group_limits(groups: Path = Path("/proc/self/cgroup")) -> Iterator[int]:
    """Yield the limits of the process's control group and of those above it, version 1 or 2."""
    for line in groups.read_text().splitlines() if groups.is_file() else ():
        _, controllers, path = line.split(":", 2)
        root = _CGROUPS / controllers
        if controllers not in ("", "memory"):
            continue
        # In a container the group is the root, whatever its name outside.
        for folder in {root, *((root / path[1:]) / ".").parents, root / path[1:]}:
            for file in (folder / name for name in _LIMITS if folder.is_relative_to(root)):
                text = file.read_text().strip() if file.is_file() else ""
                if text.isdigit():
                    yield int(text)
