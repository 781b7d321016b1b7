"""One row of the table: an input that a script of the shared folder writes, and what is right for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from same_mask import difference

# Where the shared scripts write.
HOME = Path("/tmp/bug_inputs")
OUT = HOME / "out"


def nothing_more(_: str) -> str:
    """Look at nothing but the exit code and the message."""
    return ""


@dataclass(frozen=True)
class Row:
    """A command on an input.

    Attributes:
        name: Folder and variant.
        right: What is right, in a few words.
        words: What stands after `wmhseg`.
        code: The exit code that is right.
        says: Regular expression that a line of standard error must match; empty: anything.
        check: Gets standard error and returns what else is wrong, "" if nothing is.
        program: What is put before the command, to run it as a process of its own; empty: in this one.
        prepare: What must be done before the command.
    """

    name: str
    right: str
    words: tuple[str, ...]
    code: int
    says: str = ""
    check: Callable[[str], str] = nothing_more
    program: tuple[str, ...] = ()
    prepare: Callable[[], object] = dict


def command(name: str, flair: str, t1: str = "") -> tuple[str, ...]:
    """Return the words that segment a FLAIR into the row's own folder."""
    words = ("segment", "-q", "--flair", str(HOME / flair), "--output", str(mask_of(name)))
    return (*words, "--t1", str(HOME / t1)) if t1 else words


def mask_of(name: str) -> Path:
    """Return the file of a row's mask."""
    return OUT / name / "wmh.nii.gz"


def refused(name: str, flair: str = "", says: str = "", code: int = 3) -> Row:
    """Return a row that is right if the FLAIR is refused and no mask is there."""

    def check(_: str) -> str:
        return "a mask was written" if mask_of(name).exists() else ""

    return Row(name, "refused", command(name, flair or name), code, says or "wmhseg: error: ", check)


def read(name: str, flair: str = "", says: str = "", like: str = "a639_f", **more: str) -> Row:
    """Return a row that is right if the mask is that of the plain scan, at the same place.

    Args:
        name: The row's.
        flair: The image, below the shared scripts' folder; the name unless given.
        says: The warning that must be given.
        like: The plain scan's mask.
        more: `t1`; `by="voxels"` where the position is unknown and only the voxels must agree.
    """
    by_voxels = more.get("by") == "voxels"

    def check(_: str) -> str:
        return difference(mask_of(name), HOME / "base" / f"{like}.nii.gz", by_voxels=by_voxels)

    place = "the same voxels" if by_voxels else "the mask of the plain scan, same place"
    right = f"{place}; a warning" if says else place
    return Row(name, right, command(name, flair or name, more.get("t1", "")), 0, says, check)
