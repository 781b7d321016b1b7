"""What a segmentation amounts to: numbers, tables and pictures, ready to be written."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.imaging.quality import check_scan
from wmhseg.io.dicom_seg import SegSource, to_dicom_seg
from wmhseg.io.volume import Volume, replacing, write_volume
from wmhseg.lesions import label_lesions, number_by_volume
from wmhseg.model.member_probabilities import disagreement
from wmhseg.recipe import DEFAULT
from wmhseg.report.findings import Findings, Provenance, to_tsv
from wmhseg.report.overlay import draw_overlay
from wmhseg.report.page import draw_page
from wmhseg.report.summary import measure_lesions, summarise
from wmhseg.report.view import View
from wmhseg.segmentation.read_scan import Scan
from wmhseg.segmentation.result_files import Outputs
from wmhseg.segmentation.segment_scan import Segmentation, to_working_grid
from wmhseg.segmentation.volume_spread import measure_spread

# Brings any scan to axial slices of its own voxels.
AS_GIVEN = replace(DEFAULT, spacing_range_mm=None)


@dataclass(frozen=True)
class Outcome:
    """All that files are made from.

    Attributes:
        result: The segmentation.
        labels: Its lesions on the FLAIR's grid, int32; 1 is the largest.
        view: What pictures are drawn from.
        findings: All numbers.
    """

    result: Segmentation
    labels: Volume
    view: View
    findings: Findings


def conclude(images: Scan, result: Segmentation, provenance: Provenance) -> Outcome:
    """Measure a result and the scan it was made from.

    Args:
        images: The FLAIR on its own grid, the T1 on any grid, and what was found when they were read.
        result: The segmentation.
        provenance: Where it comes from.
    """
    flair = images.flair
    scan = to_working_grid(flair, images.t1, AS_GIVEN)
    mask, turn = to_axial_lps(result.mask)
    # Labelled in the axial orientation, so that the numbers do not depend on how the scan is stored.
    axial_labels = number_by_volume(*label_lesions(mask.array))
    x, y, z = mask.grid.spacing_mm
    t1_array = None if scan.t1 is None else scan.t1.array
    view = View(scan.flair.array, t1_array, axial_labels, turn.apply(result.probability.array), (z, y, x))
    labels = Volume(turn.undo(axial_labels), flair.grid)
    findings = Findings(
        summary=summarise(result.mask.array, flair.grid.voxel_volume_mm3),
        lesions=measure_lesions(labels.array, result.probability.array, flair.grid),
        spread=measure_spread(result, provenance.recipe) if result.members else None,
        checks=check_scan(view.flair, view.t1, view.spacing_zyx_mm),
        grid=flair.grid,
        slices_computed=result.slices_computed,
        t1_used=result.t1_used,
        t1_moved_mm=images.t1_moved_mm,
        bias_corrected=images.bias_corrected,
        warnings=images.warnings,
        provenance=provenance,
    )
    return Outcome(result, labels, view, findings)


def write_outcome(
    outputs: Outputs,
    outcome: Outcome,
    take_time: Callable[[], Mapping[str, float]],
    source: SegSource | None = None,
) -> None:
    """Write the files that are wanted: all are made before the first is written, the mask is the last.

    Args:
        outputs: Which files.
        outcome: What they are made from.
        take_time: Returns the seconds per step for the JSON report, once everything else is made.
        source: The FLAIR's series, which a DICOM Segmentation needs.

    Raises:
        OutputError: A file cannot be written.
    """
    images = [
        (outputs.probability, lambda: outcome.result.probability),
        (outputs.disagreement, lambda: _disagreement(outcome)),
        (outputs.lesions, lambda: _compact(outcome.labels)),
        # Last: a mask that is there means that the run is complete.
        (outputs.mask, lambda: outcome.result.mask),
    ]
    others = [
        (outputs.overlay, lambda: _overlay_png(outcome.view)),
        (outputs.html, lambda: draw_page(outcome.view, outcome.findings).encode()),
        (outputs.tsv, lambda: to_tsv([outcome.findings]).encode()),
        (outputs.dicom_seg, lambda: _dicom_seg(outcome, source)),
        (outputs.report, lambda: _json({**outcome.findings.to_dict(), "seconds": dict(take_time())})),
    ]
    made_images = [(path, make()) for path, make in images if path is not None]
    made_others = [(path, make()) for path, make in others if path is not None]
    for path, data in made_others:
        with replacing(path) as temporary:
            temporary.write_bytes(data)
    for path, image in made_images:
        write_volume(path, image)


def _disagreement(outcome: Outcome) -> Volume:
    members = tuple(member.array for member in outcome.result.members)
    return Volume(disagreement(members), outcome.result.mask.grid)


def _dicom_seg(outcome: Outcome, source: SegSource | None) -> bytes:
    if source is None:
        raise ValueError("a DICOM Segmentation needs the series that it refers to")
    made = outcome.findings.provenance
    # Not the images' names: the same series in another folder gives the same file.
    images = [None if image is None else image.sha256 for image in (made.flair, made.t1)]
    identity = f"{images} {made.weights} {made.recipe} {made.precision} {made.versions}"
    return to_dicom_seg(outcome.result.mask.array, source, made.weights_name, identity)


def _compact(labels: Volume) -> Volume:
    """Return labels as uint16 where that holds them, else as they are (int32)."""
    fits = labels.array.max(initial=0) <= np.iinfo(np.uint16).max
    return Volume(labels.array.astype(np.uint16), labels.grid) if fits else labels


def _overlay_png(view: View) -> bytes:
    spacing = view.spacing_zyx_mm
    picture = draw_overlay(view.flair, (view.labels > 0).astype(np.uint8), (spacing[1], spacing[2]))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _json(values: Mapping[str, object]) -> bytes:
    return (json.dumps(values, indent=2) + "\n").encode()
