"""A parcellation from its files to the FLAIR's grid."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.parcel_findings import ParcelFindings
from wmhseg.anatomy.parcels import measure_parcels
from wmhseg.errors import InputError
from wmhseg.imaging.label_resampling import resample_labels
from wmhseg.io.itk_transform import read_transform
from wmhseg.io.label_image import read_labels
from wmhseg.io.label_names import read_label_names
from wmhseg.io.volume import Grid, Volume
from wmhseg.model.provenance import HashedFile, hashed_file


@dataclass(frozen=True)
class ParcellationFiles:
    """What is given of a parcellation.

    Attributes:
        labels: Label image, in any space.
        transform: From places on the FLAIR to places in it; None: the headers alone decide.
        names: Names of its labels.
    """

    labels: Path
    transform: Path | None = None
    names: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return all files that are given."""
        return tuple(path for path in (self.labels, self.transform, self.names) if path is not None)


@dataclass(frozen=True)
class Parcellation:
    """A parcellation on the FLAIR's own grid.

    Attributes:
        array: Labels (Z, Y, X), int32; 0 outside of all.
        known: All labels of the file, also those without a voxel here.
        names: Those that are known, by label.
        file: The label image.
        transform: What put it here; None: its header.
    """

    array: NDArray[np.int32]
    known: tuple[int, ...]
    names: Mapping[int, str]
    file: HashedFile
    transform: HashedFile | None

    def measure(self, lesions: Volume) -> ParcelFindings:
        """Count numbered lesions on the same grid by label."""
        voxel_ml = lesions.grid.voxel_volume_mm3 / 1000.0
        parcels = measure_parcels(lesions.array, self.array, self.known, voxel_ml)
        return ParcelFindings(parcels, self.names, self.file, self.transform)


def read_parcellation(files: ParcellationFiles, grid: Grid) -> Parcellation:
    """Read a parcellation and bring it to a grid by nearest neighbours.

    Raises:
        InputError: A file is missing or unreadable, the image holds no labels, or none lies on the grid.
    """
    labels = read_labels(files.labels)
    transform = None if files.transform is None else read_transform(files.transform)
    names = {} if files.names is None else read_label_names(files.names)
    array = resample_labels(labels, grid, transform)
    if not array.any():
        raise InputError(
            f"{files.labels}: expected labels where the FLAIR is, found none there; "
            "check its header, or the direction of --parcellation-transform (from the FLAIR to it)"
        )
    return Parcellation(
        array,
        tuple(np.unique(labels.array[labels.array > 0]).tolist()),
        names,
        hashed_file(files.labels),
        None if files.transform is None else hashed_file(files.transform),
    )
