"""`wmhseg segment`: the arguments, without the packages that the work needs."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wmhseg.arguments import add_loudness
from wmhseg.errors import ArgumentsError
from wmhseg.settings import add_regions, add_settings, chosen_settings

if TYPE_CHECKING:
    from wmhseg.segmentation.parcellation import ParcellationFiles

FILES = (
    ("--report", "JSON to write: volumes, lesions, quality flags, versions, hashes, timings"),
    ("--tsv", "table to write: the same as one row"),
    ("--html", "page to write: the same with pictures, for any browser"),
    ("--overlay", "PNG to write: FLAIR slices with the mask's contours"),
    ("--probability", "image to write: mean probability of the members"),
    ("--disagreement", "image to write: SD of the members' probabilities"),
    ("--lesions", "image to write: numbered lesions, 1 the largest"),
    ("--lesion-table", "table to write: one row a lesion"),
    ("--parcellation-table", "table to write: WMH by label of --parcellation, one row each"),
    (
        "--regions-image",
        "image to write: WMH by region, and a .tsv of names and colours beside it (--regions)",
    ),
    ("--mni-mask", "image to write: WMH mask in MNI space (MNI152NLin2009aSym, 1 mm)"),
    ("--mni-probability", "image to write: mean probability there"),
    ("--filled-t1", "image to write: the T1 as it is, but WMH replaced by white matter around them"),
    ("--dicom-seg", "DICOM Segmentation to write (.dcm), where the FLAIR is a folder with a DICOM series"),
    ("--dicom-sr", "DICOM Structured Report to write (.dcm): volumes and lesions; needs --dicom-seg"),
    ("--dicom-picture", "DICOM Secondary Capture to write (.dcm): the overlay"),
)
PARCELLATION = (
    ("--parcellation", "label image to count WMH by, in any space that its header puts on the FLAIR"),
    ("--parcellation-transform", "ITK transform from the FLAIR to it, as antsApplyTransforms takes it"),
    ("--parcellation-names", "names of its labels: TSV with index and name, or FreeSurfer look-up table"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument(
        "--flair", type=Path, required=True, help="FLAIR image, or folder with its DICOM series"
    )
    parser.add_argument("--t1", type=Path, help="T1, likewise; registered to the FLAIR where it does not fit")
    parser.add_argument("--output", type=Path, required=True, help="mask to write, on the FLAIR's grid")
    for name, text in FILES:
        parser.add_argument(name, type=Path, metavar="FILE", help=text)
    parser.add_argument(
        "--all-members",
        action="store_true",
        help="compute every member in full, for a report with interval and volumes by threshold",
    )
    for name, text in PARCELLATION:
        parser.add_argument(name, type=Path, metavar="FILE", help=text)
    add_regions(parser)
    add_settings(parser)
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Segment one scan and write its files.

    Raises:
        WmhsegError: See `_parcellation` and `segment_files`.
    """
    from wmhseg.segmentation.result_files import ResultFiles
    from wmhseg.segmentation.segment_files import segment_files

    files = ResultFiles(
        mask=options.output,
        report=options.report,
        overlay=options.overlay,
        probability=options.probability,
        disagreement=options.disagreement,
        lesions=options.lesions,
        tsv=options.tsv,
        html=options.html,
        dicom_seg=options.dicom_seg,
        dicom_sr=options.dicom_sr,
        dicom_picture=options.dicom_picture,
        lesion_table=options.lesion_table,
        parcellation_table=options.parcellation_table,
        regions_image=options.regions_image,
        mni_mask=options.mni_mask,
        mni_probability=options.mni_probability,
        filled_t1=options.filled_t1,
        all_members=options.all_members,
    )
    regions = options.regions or files.regions_image is not None
    filled = files.filled_t1 is not None
    settings = replace(chosen_settings(options), regions=regions, mni=files.mni, filled_t1=filled)
    segment_files(options.flair, options.t1, files, settings, _parcellation(options))


def _parcellation(options: argparse.Namespace) -> "ParcellationFiles | None":
    """Return the files of the parcellation.

    Raises:
        ArgumentsError: Something is asked of a parcellation that is not given, or nothing of one that is.
    """
    from wmhseg.segmentation.parcellation import ParcellationFiles

    if options.parcellation is None:
        for name in ("parcellation_transform", "parcellation_names", "parcellation_table"):
            if getattr(options, name) is not None:
                raise ArgumentsError(
                    f"--{name.replace('_', '-')}: expected --parcellation with it, found none"
                )
        return None
    if options.report is None and options.parcellation_table is None:
        raise ArgumentsError("--parcellation: expected --report or --parcellation-table with it, found none")
    return ParcellationFiles(options.parcellation, options.parcellation_transform, options.parcellation_names)
