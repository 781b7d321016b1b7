"""What the user gave for each time: a FLAIR, and perhaps a T1."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wmhseg.batch.find import FLAIR, T1
from wmhseg.errors import ArgumentsError, InputError
from wmhseg.io.files import is_file, require_scan


@dataclass(frozen=True)
class ScanInput:
    """One time: its FLAIR and T1, or None, and what to call it."""

    name: str
    flair: Path
    t1: Path | None


def scan_inputs(scans: Sequence[Path], t1s: Sequence[Path] | None) -> tuple[ScanInput, ...]:
    """Return what is to be read at each time.

    Args:
        scans: Image files, folders with `FLAIR.nii.gz` or `pre/FLAIR.nii.gz` (and `T1.nii.gz` beside it), or
            folders with a DICOM series.
        t1s: A T1 for each scan, instead of those beside the FLAIRs.

    Raises:
        ArgumentsError: There are fewer than two scans, or not as many T1s.
        InputError: A scan or T1 is missing.
    """
    if len(scans) < 2:
        raise ArgumentsError(
            f"expected scans of two or more times, found {len(scans)}; name the earlier first"
        )
    if t1s is not None and len(t1s) != len(scans):
        raise ArgumentsError(
            f"--t1: expected one for each of the {len(scans)} scans, found {len(t1s)}; "
            "give all in the same order, or none"
        )
    found = [scan_input(path) for path in scans]
    if t1s is not None:
        found = [ScanInput(one.name, one.flair, require_scan(t1)) for one, t1 in zip(found, t1s, strict=True)]
    return tuple(found)


def scan_input(path: Path) -> ScanInput:
    """Return what is to be read of one time; as `scan_inputs`.

    Raises:
        InputError: It is missing.
    """
    path = require_scan(path)
    if path.is_dir():
        for folder in (path / "pre", path):
            if is_file(folder / FLAIR):
                t1 = folder / T1
                # A link that leads nowhere is a T1, too: to do without would be another mask.
                return ScanInput(str(path), folder / FLAIR, t1 if os.path.lexists(t1) else None)
        if not any(entry.is_file() for entry in path.iterdir()):
            raise InputError(
                f"{path}: expected {FLAIR}, pre/{FLAIR} or a DICOM series, found none; check the path"
            )
    return ScanInput(str(path), path, None)
