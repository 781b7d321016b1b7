"""Where a result comes from: inputs, weights and versions."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from wmhseg import __version__
from wmhseg.model.manifest import Manifest, file_sha256
from wmhseg.report.findings import InputFile, Provenance

PACKAGES = ("keras", "numpy", "scipy", "SimpleITK", "h5py")


def trace(flair: Path, t1: Path | None, manifest: Manifest, precision: str) -> Provenance:
    """Hash the inputs and collect what else decides a result."""
    return Provenance(
        flair=_input(flair),
        t1=None if t1 is None else _input(t1),
        weights_name=manifest.name,
        weights=tuple(InputFile(member.path.name, member.sha256) for member in manifest.members),
        recipe=manifest.recipe,
        precision=precision,
        versions=(("wmhseg", __version__), *((name, version(name)) for name in PACKAGES)),
    )


def input_sha256(path: Path) -> str:
    """Return a file's SHA-256; of a folder, that of its files' hashes, sorted, one a line."""
    if not path.is_dir():
        return file_sha256(path)
    hashes = sorted(file_sha256(file) for file in path.rglob("*") if file.is_file())
    return hashlib.sha256("".join(f"{one}\n" for one in hashes).encode()).hexdigest()


def _input(path: Path) -> InputFile:
    return InputFile(path.resolve().name if path.name in ("", "..") else path.name, input_sha256(path))
