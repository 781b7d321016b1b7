"""From files to a scan that can be segmented: read, registered, and corrected where that is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import BrainMaskError, InputError, RegistrationError
from wmhseg.imaging.bias import BIAS_LIMIT, bias_strength, without_bias
from wmhseg.imaging.contrast import require_contrast
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.imaging.registration import agree, moved, register, require_match
from wmhseg.io.volume import Volume, read_image
from wmhseg.segmentation.field_of_view import require_field_of_view
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
    t1: Volume | None = None
    t1_moved_mm: float | None = None
    bias_corrected: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScanNames:
    """What to call a scan's images in messages: their files, or "FLAIR" and "T1" where there are none."""

    flair: str = "FLAIR"
    t1: str = "T1"

    @classmethod
    def of(cls, flair: Path, t1: Path | None) -> "ScanNames":
        """Return the names of files."""
        return cls(str(flair), "T1" if t1 is None else str(t1))

    def about(self, message: object) -> str:
        """Return an error's text, which starts with "FLAIR:" or "T1:", with the image's name in front."""
        text = str(message)
        name = self.t1 if text.startswith("T1:") else self.flair
        return text if text.startswith(f"{name}:") else f"{name}: {text}"

    @contextmanager
    def in_errors(self) -> Iterator[None]:
        """Name the file in errors that know only "FLAIR" or "T1"."""
        try:
            yield
        except BrainMaskError as error:
            raise BrainMaskError(self.about(error)) from None
        except RegistrationError as error:
            raise RegistrationError(self.about(error)) from None


def read_scan(flair_path: Path, t1_path: Path | None, options: InputOptions) -> Scan:
    """Read a FLAIR and a T1 and fit them together, as `fit_scan` does.

    Args:
        flair_path: Image file or folder with a DICOM series.
        t1_path: The same for the T1; None for FLAIR alone.
        options: What to do to them.

    Raises:
        InputError: An image is missing, unreadable or unfit, or the T1 that is required is missing.
        RegistrationError: The T1 that is required cannot be registered.
        BrainMaskError: No head was found in the FLAIR.
    """
    flair, warnings = read_image(flair_path)
    t1, t1_warnings = (None, ()) if t1_path is None else read_image(t1_path)
    names = ScanNames.of(flair_path, t1_path)
    return fit_scan(Scan(flair, t1, warnings=warnings), names, options, t1_warnings)


def fit_scan(scan: Scan, names: ScanNames, options: InputOptions, t1_warnings: tuple[str, ...] = ()) -> Scan:
    """Register the T1 where it does not fit the FLAIR, and correct the bias where it is strong.

    Args:
        scan: Both images as they were read, with what is to be said about the FLAIR.
        names: What to call them.
        options: What to do to them.
        t1_warnings: What is to be said about the T1.

    Raises:
        InputError: An image's field of view is not that of a head, the T1 that is required is missing, or
            FLAIR and T1 are exchanged.
        RegistrationError: The T1 that is required cannot be registered.
        BrainMaskError: No head was found in the FLAIR.
    """
    flair, t1, moved_mm = scan.flair, scan.t1, None
    require_field_of_view(names.flair, flair.grid)
    if t1 is not None:
        require_field_of_view(names.t1, t1.grid)
    warnings = [*scan.warnings, *_coarse_axial(names.flair, flair)]
    if t1 is None:
        if options.require_t1:
            raise InputError("T1: expected one, because it is required, found none; give its file")
        warnings.append("no T1: segmenting with FLAIR alone")
    else:
        warnings += t1_warnings
        try:
            t1, moved_mm = _fitted(flair, t1)
        except (RegistrationError, BrainMaskError) as error:
            if not str(error).startswith("T1:"):
                raise BrainMaskError(names.about(error)) from None
            if options.require_t1:
                raise RegistrationError(names.about(error)) from None
            warnings.append(f"{names.about(error)}; T1 left out: segmenting with FLAIR alone")
            t1 = None
        except InputError as error:
            raise InputError(names.about(error)) from None
    with names.in_errors():
        images, corrections = _bias_free(flair, t1, options.bias_correction)
    return Scan(images[0], images[1], moved_mm, corrections, tuple(warnings))


def _fitted(flair: Volume, t1: Volume) -> tuple[Volume, float | None]:
    """Return the T1 where it belongs and how far it was moved; as it is where it fits already.

    Raises: as `require_match` and `require_contrast`.
    """
    moved_mm = None
    if not (t1.grid.same_as(flair.grid) and agree(flair, t1)):
        found = register(flair, t1)
        require_match(found)
        t1, moved_mm = moved(t1, found.transform), found.moved_mm
    require_contrast(flair, t1)
    return t1, moved_mm


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


def _coarse_axial(name: str, volume: Volume) -> list[str]:
    """Say that slices were not acquired axially and are thick."""
    x, y, _ = to_axial_lps(volume)[0].grid.spacing_mm
    if max(x, y) <= _COARSE_PIXEL_MM:
        return []
    plane = "sagittal" if x > y else "coronal"
    return [f"{name}: {plane} slices of {max(x, y):.1f} mm: axial pixels are as long; expect coarser masks"]
