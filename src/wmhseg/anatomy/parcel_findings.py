"""WMH by the labels of a parcellation, with their names and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from wmhseg.anatomy.parcels import Parcel
from wmhseg.model.provenance import HashedFile


@dataclass(frozen=True)
class ParcelFindings:
    """WMH by label.

    Attributes:
        parcels: Labels rising, outside last.
        names: Those that are known, by label.
        file: The label image.
        transform: What put it on the FLAIR; None: its header.
    """

    parcels: tuple[Parcel, ...]
    names: Mapping[int, str]
    file: HashedFile
    transform: HashedFile | None
