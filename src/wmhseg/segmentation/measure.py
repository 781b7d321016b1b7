"""What a segmentation amounts to: numbers, and what pictures are drawn from."""

from dataclasses import dataclass, replace

from wmhseg.anatomy.anatomy_findings import AnatomyFindings
from wmhseg.anatomy.intracranial import measure_head
from wmhseg.anatomy.wmh_regions import measure_regions
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.imaging.quality import check_scan
from wmhseg.io.volume import Volume
from wmhseg.lesions import label_lesions, number_by_volume
from wmhseg.mni.to_mni import InMni
from wmhseg.model.provenance import Provenance
from wmhseg.recipe import DEFAULT
from wmhseg.report.findings import Findings
from wmhseg.report.summary import measure_lesions, summarise
from wmhseg.report.view import View
from wmhseg.segmentation.anatomist import Structures
from wmhseg.segmentation.parcellation import Parcellation
from wmhseg.segmentation.prepare_scan import to_working_grid
from wmhseg.segmentation.read_scan import Scan
from wmhseg.segmentation.segment_scan import Segmentation
from wmhseg.segmentation.volume_spread import measure_spread

# Brings any scan to axial slices of its own voxels.
AS_GIVEN = replace(DEFAULT, spacing_range_mm=None)


@dataclass(frozen=True)
class Measured:
    """All that files are made from.

    Attributes:
        result: The segmentation.
        labels: Its lesions on the FLAIR's grid, int32; 1 is the largest.
        view: What pictures are drawn from.
        findings: All numbers.
        regions: WMH by region on the FLAIR's grid, uint8; None where no structures were found.
        mni: Mask and probability in MNI space, where they were asked for (`group_study`).
        filled_t1: The T1 filled at WMH, on its own grid, likewise.
    """

    result: Segmentation
    labels: Volume
    view: View
    findings: Findings
    regions: Volume | None = None
    mni: InMni | None = None
    filled_t1: Volume | None = None


def measure(
    scan: Scan,
    result: Segmentation,
    provenance: Provenance,
    parcellation: Parcellation | None = None,
) -> Measured:
    """Measure a result and the scan it was made from.

    Args:
        scan: The FLAIR on its own grid, the T1 on any grid, and what was found when they were read.
        result: The segmentation.
        provenance: Where it comes from.
        parcellation: Labels on the FLAIR's grid to count by.
    """
    grid = scan.flair.grid
    axial, way = to_working_grid(scan, AS_GIVEN)
    mask, turn = to_axial_lps(result.mask)
    # Labelled in the axial orientation, so that the numbers do not depend on how the scan is stored.
    axial_labels = number_by_volume(*label_lesions(mask.array))
    x, y, z = way.axial_grid.spacing_mm
    t1 = None if axial.t1 is None else axial.t1.array
    view = View(axial.flair.array, t1, axial_labels, turn.apply(result.probability.array), (z, y, x))
    labels = Volume(turn.undo(axial_labels), grid)
    findings = Findings(
        summary=summarise(result.mask.array, grid.voxel_volume_mm3),
        lesions=measure_lesions(labels.array, result.probability.array, grid),
        spread=measure_spread(result, provenance.recipe) if result.members else None,
        checks=check_scan(view.flair, view.t1, view.spacing_zyx_mm),
        grid=grid,
        slices_computed=result.slices_computed,
        t1_used=result.t1_used,
        t1_moved_mm=scan.t1_moved_mm,
        bias_corrected=scan.bias_corrected,
        warnings=scan.warnings,
        provenance=provenance,
        parcels=None if parcellation is None else parcellation.measure(labels),
    )
    return Measured(result, labels, view, findings)


def with_regions(measured: Measured, structures: Structures) -> Measured:
    """Return a result with its WMH counted by the structures of the head.

    Raises:
        BrainMaskError: There are no lateral ventricles to tell regions by.
    """
    view = measured.view
    axial, turn = to_axial_lps(structures.volume)
    anatomy = AnatomyFindings(
        measure_head(view.flair, axial.array, view.spacing_zyx_mm),
        measure_regions(view.labels, axial.array, view.spacing_zyx_mm),
        structures.weights,
    )
    image = anatomy.regions.image
    return replace(
        measured,
        view=replace(view, regions=image),
        findings=replace(measured.findings, anatomy=anatomy),
        regions=Volume(turn.undo(image), structures.volume.grid),
    )
