"""What all DICOM objects that we write have in common: whose they are, when they were made, their UIDs."""

import copy
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wmhseg import __version__

if TYPE_CHECKING:  # pydicom takes a second to import, and few runs need it
    from pydicom import Dataset

# May be empty, and is copied as it stands: whoever made the series answers for these values.
_COPIED = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "SpecificCharacterSet",
)
_DATES = ("Content", "Acquisition", "Series", "Study")
_NO_DATE = ("19000101", "000000")
_NAMESPACE = uuid.UUID("5f0d3e0e-6a4b-5b0e-9f0e-6f1f3b1d9a51")
MANUFACTURER = "wmhseg"


@dataclass(frozen=True)
class SegSource:
    """The series that an object refers to.

    Attributes:
        headers: One per slice, without pixels, in the order of the slices of `read_image`'s array.
    """

    headers: tuple["Dataset", ...]


@dataclass(frozen=True)
class Made:
    """What an object was made of; the same gives the same bytes.

    Attributes:
        weights: The ensemble's name.
        identity: All else that it depends on: inputs, weights, recipe.
        shape: (Z, Y, X) of the mask.
        mask_sha256: Hash of the mask's voxels.
    """

    weights: str
    identity: str
    shape: tuple[int, ...]
    mask_sha256: str

    @classmethod
    def of(cls, array: NDArray[np.uint8], weights: str, identity: str) -> "Made":
        """Say what an object of this mask (Z, Y, X) is made of."""
        return cls(weights, identity, array.shape, sha256(array.tobytes()).hexdigest())

    def uid(self, role: str) -> str:
        """Return a UID that the same object gives again (DICOM PS3.5 B.2)."""
        versions = [f"{name} {version(name)}" for name in ("highdicom", "pydicom")]
        identity = f"{self.identity} {self.weights} {versions} {self.shape} {self.mask_sha256}"
        return f"2.25.{uuid.uuid5(_NAMESPACE, f'{role} {identity}').int}"

    @property
    def ascii_weights(self) -> str:
        """Return the ensemble's name in ASCII: a source's character set need not hold other letters."""
        return self.weights.encode("ascii", "replace").decode()


def equipment() -> dict[str, Any]:
    """Return what made an object, as highdicom's constructors take it."""
    return {
        "manufacturer": MANUFACTURER,
        "manufacturer_model_name": MANUFACTURER,
        "software_versions": __version__,
        "device_serial_number": __version__,
    }


def series_number(header: "Dataset", offset: int) -> int:
    """Return a number for the object's series, beside those of the scanner's."""
    return offset + max(0, int(header.get("SeriesNumber") or 0))


def made_at(header: "Dataset") -> tuple[str, str]:
    """Return date and time of the source's content, else of its acquisition, series or study."""
    for kind in _DATES:
        date = str(header.get(f"{kind}Date") or "")
        if date:
            return date, str(header.get(f"{kind}Time") or "") or _NO_DATE[1]
    return _NO_DATE


def set_dates(made: "Dataset", header: "Dataset", kind: str) -> None:
    """Date an object as its source is dated, so that it is the same whenever it is made."""
    for part, value in zip(("Date", "Time"), made_at(header), strict=True):
        setattr(made, f"{kind}{part}", value)


def without_names(header: "Dataset") -> "Dataset":
    """Return a copy without names and dates, which highdicom refuses or prints where it finds odd ones."""
    plain = copy.deepcopy(header)
    plain.decode()
    for keyword in _COPIED:
        setattr(plain, keyword, None)
    if "SpecificCharacterSet" in plain:
        del plain.SpecificCharacterSet
    return plain


def without_surprises(headers: Sequence["Dataset"]) -> "Dataset":
    """Return the first header as highdicom may see it: without names, and with the right slice distance.

    Positions give the distance between slices: headers often state another one or none.
    """
    from pydicom.valuerep import DS

    first = without_names(headers[0])
    ends = [np.array(header.ImagePositionPatient, float) for header in (headers[0], headers[-1])]
    step_mm = DS(float(np.linalg.norm(ends[1] - ends[0])) / (len(headers) - 1), auto_format=True)
    first.SpacingBetweenSlices = step_mm
    if not first.get("SliceThickness"):
        first.SliceThickness = step_mm
    return first


def to_bytes(made: "Dataset", header: "Dataset") -> bytes:
    """Return an object as the bytes of a file, with the source's patient and study, without a time of day."""
    for keyword in _COPIED:
        if keyword in header:
            made[keyword] = header[keyword]
    # highdicom writes the time of day: it would not be the same twice.
    del made.InstanceCreationDate, made.InstanceCreationTime
    for contributor in made.get("ContributingEquipmentSequence", ()):
        contributor.pop("ContributionDateTime", None)
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
