"""The Python function: images in, a mask and its numbers out; nothing is written."""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, Union

from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.files import require_scan
from wmhseg.io.memory import from_memory, own_voxels
from wmhseg.io.volume import Volume, read_image
from wmhseg.model.provenance import HashedFile, hashed_file
from wmhseg.result import Result, result_of
from wmhseg.segmentation.measure_seen import Asked, measure_seen
from wmhseg.segmentation.networks import Networks
from wmhseg.segmentation.parcellation import ParcellationFiles, read_parcellation
from wmhseg.segmentation.prepare_scan import prepare_scan
from wmhseg.segmentation.read_scan import Scan, ScanNames, fit_scan
from wmhseg.settings import BiasChoice, InputOptions, Precision, Settings

if TYPE_CHECKING:
    import nibabel
    import SimpleITK
    from typing_extensions import Unpack

# A path, an image of nibabel or SimpleITK, or an array (X, Y, Z) with its affine to RAS millimetres.
Image: TypeAlias = Union[
    str,
    os.PathLike[str],
    "nibabel.spatialimages.SpatialImage",
    "SimpleITK.Image",
    tuple[NDArray[Any], Any],
]


class Segmenter:
    """A loaded ensemble that segments any number of scans.

    Args:
        weights: Folder with another ensemble's manifest.json; None for the one that came with the program.
        threshold: Mean probability above which a voxel is WMH; None for the weights' own.
        threads: Threads of the network; None for all.
        precision: "float32", "bfloat16", or "auto" for the faster one of this machine.
        bias_correction: N4 where brightness changes strongly ("auto"), always ("on") or never ("off").
        require_t1: A T1 that is missing or cannot be registered is an error, not a warning.
        all_members: Compute every member in full, for the probability, and the interval and volumes by
            threshold in the report; without, the same mask takes less time.
        regions: Find the structures of the head, and count WMH by region, side and distance.
        mni: Bring mask and probability to MNI space.
        filled_t1: Fill the T1 at WMH; every scan needs one.

    Raises:
        InputError: TensorFlow is needed and not installed, or the threshold means nothing.
        WeightsError: The weights are missing, changed or unfit.
    """

    def __init__(  # noqa: PLR0913 - options by name
        self,
        weights: str | os.PathLike[str] | None = None,
        *,
        threshold: float | None = None,
        threads: int | None = None,
        precision: Precision = "auto",
        bias_correction: BiasChoice = "auto",
        require_t1: bool = False,
        all_members: bool = True,
        regions: bool = False,
        mni: bool = False,
        filled_t1: bool = False,
    ) -> None:
        self._all_members = all_members
        folder = None if weights is None else Path(weights)
        options = InputOptions(require_t1, bias_correction)
        computing = folder, threads, precision, options, _probability(threshold)
        settings = Settings(*computing, regions=regions, mni=mni, filled_t1=filled_t1)
        self._networks = Networks(settings, "segmentation")
        self._networks.load()
        # The network's variables change from member to member.
        self._lock = threading.Lock()

    def segment(
        self,
        flair: Image,
        t1: Image | None = None,
        *,
        parcellation: str | os.PathLike[str] | None = None,
        parcellation_transform: str | os.PathLike[str] | None = None,
        parcellation_names: str | os.PathLike[str] | None = None,
    ) -> Result:
        """Segment one scan.

        Args:
            flair: FLAIR on any grid: a path (image file or folder with a DICOM series), a nibabel or
                SimpleITK image, or an array (X, Y, Z) with its affine to RAS millimetres.
            t1: T1, likewise; registered to the FLAIR where it does not fit. None for FLAIR alone.
            parcellation: Label image to count WMH by, in `report["parcellation"]`.
            parcellation_transform: ITK transform from the FLAIR to it; None: the headers alone decide.
            parcellation_names: Names of its labels.

        Raises:
            InputError: An image is missing, unreadable or unfit, or the T1 cannot be filled.
            BrainMaskError: No head or brain was found, or no ventricles to tell regions by.
            RegistrationError: The T1 that is required cannot be registered, or the brain does not fit the
                MNI template.
        """
        networks, settings = self._networks, self._networks.settings
        if settings.filled_t1 and t1 is None:
            raise InputError("T1: expected one, to be filled at WMH, found none; give it")
        names = ScanNames(_name(flair, "FLAIR"), _name(t1, "T1"))
        flair_volume, warnings = _read(flair, names.flair)
        t1_volume, t1_warnings = (None, ()) if t1 is None else _read(t1, names.t1)
        scan = fit_scan(Scan(flair_volume, t1_volume, warnings=warnings), names, settings.inputs, t1_warnings)
        parcels = None
        if parcellation is not None:
            given = (
                None if one is None else Path(one) for one in (parcellation_transform, parcellation_names)
            )
            parcels = read_parcellation(ParcellationFiles(Path(parcellation), *given), scan.flair.grid)
        with names.in_errors():
            prepared = prepare_scan(scan, networks.manifest.recipe)
            with self._lock:
                seen = networks.see(prepared, in_full=self._all_members)
        hashes = _hashed(flair, flair_volume, "FLAIR"), None if t1 is None else _hashed(t1, t1_volume, "T1")
        with names.in_errors():
            stored = _stored(t1, t1_volume) if settings.filled_t1 else None
            return result_of(measure_seen(prepared, seen, hashes, Asked(settings, parcels, stored)))


class Options(TypedDict, total=False):
    """What `segment` takes by name; see `Segmenter`."""

    weights: str | os.PathLike[str] | None
    threshold: float | None
    threads: int | None
    precision: Precision
    bias_correction: BiasChoice
    require_t1: bool
    all_members: bool
    regions: bool
    mni: bool
    filled_t1: bool


def segment(flair: Image, t1: Image | None = None, **options: "Unpack[Options]") -> Result:
    """Segment one scan; for many, keep a `Segmenter`.

    Args:
        flair: As in `Segmenter.segment`.
        t1: As in `Segmenter.segment`.
        options: As `Segmenter` takes them.

    Raises:
        WmhsegError: As `Segmenter` and `Segmenter.segment`.
    """
    return Segmenter(**options).segment(flair, t1)


def _probability(value: float | None) -> float | None:
    if value is not None and not 0 <= value < 1:
        raise InputError(f"threshold: expected a number from 0 to 1, found {value}")
    return value


def _is_path(image: object) -> bool:
    return isinstance(image, str | os.PathLike)


def _name(image: Any, what: str) -> str:
    return os.fspath(image) if _is_path(image) else what


def _read(image: Any, name: str) -> tuple[Volume, tuple[str, ...]]:
    return read_image(require_scan(name)) if _is_path(image) else from_memory(image, name)


def _hashed(image: Any, volume: Volume | None, what: str) -> HashedFile:
    """Return a file's hash, or that of voxels and grid."""
    if _is_path(image):
        return hashed_file(Path(os.fspath(image)))
    if volume is None:
        raise InputError(f"{what}: expected an image, found none")
    return HashedFile(what, volume.sha256())


def _stored(image: Any, volume: Volume | None) -> Path | Volume | None:
    """Return what a T1 is before it is read as float32: its file, or the voxels in memory."""
    if volume is None:
        return None
    return Path(os.fspath(image)) if _is_path(image) else Volume(own_voxels(image), volume.grid)
