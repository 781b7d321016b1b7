"""From files to a scan that can be segmented: read, registered, and corrected where that is needed."""

from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import BrainMaskError, InputError, RegistrationError
from wmhseg.imaging.bias import BIAS_LIMIT, bias_strength, without_bias
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.imaging.registration import agree, moved, register, require_match
from wmhseg.io.volume import Volume, read_scan
from wmhseg.settings import BiasChoice, InputOptions

# Axial pictures of a sagittal or coronal scan have pixels as long as its slices are thick.
_COARSE_PIXEL_MM = 3.0


@dataclass(frozen=True)
class Scan:
    """A scan ready to be segmented, and what was found on the way.

    Attributes:
        flair: FLAIR on its own grid.
        t1: T1, its header moved to where it belongs; None for FLAIR alone.
        t1_moved_mm: Mean distance over the brain that registration moved the T1; None when it was left.
        bias_corrected: Names of the corrected images, "FLAIR" and "T1".
        warnings: What the user should know, one line each.
    """

    flair: Volume
    t1: Volume | None
    t1_moved_mm: float | None
    bias_corrected: tuple[str, ...]
    warnings: tuple[str, ...]


def load_scan(flair_path: Path, t1_path: Path | None, options: InputOptions) -> Scan:
    """Read a FLAIR and a T1, register the T1 where it does not fit, correct the bias where it is strong.

    Args:
        flair_path: Image file or folder with a DICOM series.
        t1_path: The same for the T1; None for FLAIR alone.
        options: What to do to them.

    Raises:
        InputError: An image is missing, unreadable or unfit, or the T1 that is required is missing.
        RegistrationError: The T1 that is required cannot be registered.
        BrainMaskError: No head was found in the FLAIR.
    """
    reading = read_scan(flair_path)
    flair, t1, moved_mm = reading.volume, None, None
    warnings = [*reading.warnings, *_coarse_axial(flair_path, flair)]
    if t1_path is None:
        if options.require_t1:
            raise InputError("T1: expected one, because it is required, found none; give its file")
        warnings.append("no T1: segmenting with FLAIR alone")
    else:
        reading = read_scan(t1_path)
        warnings += reading.warnings
        try:
            t1, moved_mm = _fitted(flair, reading.volume)
        except (RegistrationError, BrainMaskError) as error:
            if not str(error).startswith("T1:"):
                raise BrainMaskError(f"{flair_path}: {error}") from None
            if options.require_t1:
                raise RegistrationError(f"{t1_path}: {error}") from None
            warnings.append(f"{t1_path}: {error}; T1 left out: segmenting with FLAIR alone")
    try:
        images, corrections = _bias_free(flair, t1, options.bias_correction)
    except BrainMaskError as error:
        raise BrainMaskError(f"{t1_path if str(error).startswith('T1:') else flair_path}: {error}") from None
    return Scan(images[0], images[1], moved_mm, corrections, tuple(warnings))


def _fitted(flair: Volume, t1: Volume) -> tuple[Volume, float | None]:
    """Return the T1 where it belongs and how far it was moved; as it is where it fits already."""
    if t1.grid.same_as(flair.grid) and agree(flair, t1):
        return t1, None
    found = register(flair, t1)
    require_match(found)
    return moved(t1, found.transform), found.moved_mm


def _bias_free(
    flair: Volume, t1: Volume | None, choice: BiasChoice
) -> tuple[tuple[Volume, Volume | None], tuple[str, ...]]:
    """Return both images, corrected where asked for or needed, and the names of the corrected ones."""

    def needs(name: str, image: Volume) -> bool:
        return choice == "on" or (choice == "auto" and bias_strength(image, name) > BIAS_LIMIT)

    names = [
        name for name, image in (("FLAIR", flair), ("T1", t1)) if image is not None and needs(name, image)
    ]
    if "FLAIR" in names:
        flair = without_bias(flair, "FLAIR")
    if t1 is not None and "T1" in names:
        t1 = without_bias(t1, "T1")
    return (flair, t1), tuple(names)


def _coarse_axial(path: Path, volume: Volume) -> list[str]:
    """Say that slices were not acquired axially and are thick."""
    x, y, _ = to_axial_lps(volume)[0].grid.spacing_mm
    if max(x, y) <= _COARSE_PIXEL_MM:
        return []
    plane = "sagittal" if x > y else "coronal"
    return [f"{path}: {plane} slices of {max(x, y):.1f} mm: axial pixels are as long; expect coarser masks"]
