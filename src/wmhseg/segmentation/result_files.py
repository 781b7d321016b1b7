"""Which files a run writes."""

from dataclasses import dataclass
from pathlib import Path

from wmhseg.io.files import beside


@dataclass(frozen=True)
class ResultFiles:
    """Files to write; None leaves one out.

    Attributes:
        mask: WMH mask, uint8.
        report: JSON with all numbers.
        overlay: PNG mosaic.
        probability: Mean probability, float32.
        disagreement: SD of the members' probabilities, float32.
        lesions: Labelled lesions, 1 the largest.
        tsv: The report's numbers as one row.
        html: The report as a page.
        dicom_seg: The mask as a DICOM Segmentation of the FLAIR's series.
        dicom_sr: The numbers as a DICOM Structured Report that refers to `dicom_seg`.
        dicom_picture: The mosaic as a DICOM Secondary Capture.
        lesion_table: The lesions, one row each.
        parcellation_table: WMH by label of a parcellation, one row each.
        regions_image: WMH by region, uint8; its values' names and colours go to `region_names`.
        mni_mask: WMH mask in MNI space, uint8.
        mni_probability: Mean probability there, float32.
        filled_t1: The T1 on its own grid, filled at WMH.
        all_members: Compute every member in full even if only the report would profit.
    """

    mask: Path
    report: Path | None = None
    overlay: Path | None = None
    probability: Path | None = None
    disagreement: Path | None = None
    lesions: Path | None = None
    tsv: Path | None = None
    html: Path | None = None
    dicom_seg: Path | None = None
    dicom_sr: Path | None = None
    dicom_picture: Path | None = None
    lesion_table: Path | None = None
    parcellation_table: Path | None = None
    regions_image: Path | None = None
    mni_mask: Path | None = None
    mni_probability: Path | None = None
    filled_t1: Path | None = None
    all_members: bool = False

    @property
    def images(self) -> tuple[Path, ...]:
        """Return the images that are wanted."""
        images = (
            *(self.mask, self.probability, self.disagreement, self.lesions, self.regions_image),
            *(self.mni_mask, self.mni_probability, self.filled_t1),
        )
        return tuple(path for path in images if path is not None)

    @property
    def dicom(self) -> tuple[tuple[str, Path], ...]:
        """Return the DICOM objects that are wanted, each with its option's name."""
        objects = (
            ("--dicom-seg", self.dicom_seg),
            ("--dicom-sr", self.dicom_sr),
            ("--dicom-picture", self.dicom_picture),
        )
        return tuple((option, path) for option, path in objects if path is not None)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return all files that are wanted."""
        others = (
            *(self.report, self.overlay, self.tsv, self.html, *(path for _, path in self.dicom)),
            *(self.lesion_table, self.parcellation_table, self.region_names),
        )
        return (*self.images, *(path for path in others if path is not None))

    @property
    def region_names(self) -> Path | None:
        """Return the table beside the regions' image."""
        return None if self.regions_image is None else names_beside(self.regions_image)

    @property
    def mni(self) -> bool:
        """Tell whether something in MNI space is wanted."""
        return self.mni_mask is not None or self.mni_probability is not None

    @property
    def need_members(self) -> bool:
        """Tell whether something is wanted that the mask's short cuts do not give."""
        wanted = (self.probability, self.disagreement, self.tsv, self.html, self.mni_probability)
        return self.all_members or any(path is not None for path in wanted)


def names_beside(image: Path) -> Path:
    """Return where the names and colours of a label image's values stand: its name with .tsv at the end."""
    return beside(image, ".tsv")
