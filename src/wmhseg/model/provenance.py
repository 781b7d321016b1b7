"""Where a result comes from: inputs, weights and versions."""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from wmhseg import ALGORITHM, __version__
from wmhseg.io.parts import input_sha256
from wmhseg.model.manifest import Manifest
from wmhseg.model.network import needs_keras
from wmhseg.model.precision import UsedPrecision
from wmhseg.recipe import Recipe

PACKAGES = ("numpy", "scipy", "SimpleITK", "h5py")


@dataclass(frozen=True)
class HashedFile:
    """An input's name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from.

    Attributes:
        flair: The FLAIR.
        t1: The T1, if there was one.
        weights_name: The ensemble's name.
        weights: Its members.
        recipe: Recipe of the ensemble.
        precision: Arithmetic of the convolutions.
        versions: Name and version of the program and of what it stands on.
        algorithm: Number that changes when the same scan and weights give another mask.
    """

    flair: HashedFile
    t1: HashedFile | None
    weights_name: str
    weights: tuple[HashedFile, ...]
    recipe: Recipe
    precision: str
    versions: tuple[tuple[str, str], ...]
    algorithm: int = ALGORITHM


def trace(
    flair: HashedFile, t1: HashedFile | None, manifest: Manifest, precision: UsedPrecision
) -> Provenance:
    """Collect what decides a result."""
    return Provenance(
        flair=flair,
        t1=t1,
        weights_name=manifest.name,
        weights=tuple(HashedFile(member.path.name, member.sha256) for member in manifest.members),
        recipe=manifest.recipe,
        precision=precision,
        versions=_versions("keras" if needs_keras(precision) else "ai-edge-litert"),
        algorithm=ALGORITHM,
    )


@cache
def _versions(runtime: str) -> tuple[tuple[str, str], ...]:
    return (("wmhseg", __version__), *((name, version(name)) for name in (runtime, *PACKAGES)))


def hashed_file(path: Path) -> HashedFile:
    """Return the name and hash of an image file, or of a folder with a DICOM series."""
    return HashedFile(path.resolve().name if path.name in ("", "..") else path.name, input_sha256(path))


def hashed_files(flair: Path, t1: Path | None) -> tuple[HashedFile, HashedFile | None]:
    """Return names and hashes of a scan's files."""
    return hashed_file(flair), None if t1 is None else hashed_file(t1)
