"""A scan, its result and what is known about it, for tables and pages."""

from typing import Any

import numpy as np
import pytest

from wmhseg.imaging.quality import check_scan
from wmhseg.lesions import label_lesions, number_by_volume
from wmhseg.model.provenance import HashedFile, Provenance
from wmhseg.recipe import DEFAULT
from wmhseg.report.findings import Findings
from wmhseg.report.summary import Spread, measure_lesions, summarise
from wmhseg.report.view import View


@pytest.fixture(scope="session")
def view(head: Any) -> View:
    """The synthetic head with its three lesions as the result."""
    labels = number_by_volume(*label_lesions(head.truth.array))
    probability = (head.truth.array * 0.97).astype(np.float32)
    return View(head.flair.array, head.t1.array, labels, probability, (6.0, 1.15, 1.15))


@pytest.fixture(scope="session")
def findings(head: Any, view: View) -> Findings:
    """Its findings; the FLAIR's name has all that HTML and tables could stumble over."""
    return Findings(
        summary=summarise(head.truth.array, head.flair.grid.voxel_volume_mm3),
        lesions=measure_lesions(view.labels, view.probability, head.flair.grid),
        spread=Spread((5.0, 7.0), 5.0, 7.0, ((0.3, 8.0), (0.5, 6.0), (0.8, 0.0)), 0.875, 0.734),
        checks=check_scan(view.flair, view.t1, view.spacing_zyx_mm),
        grid=head.flair.grid,
        slices_computed=24,
        t1_used=True,
        t1_moved_mm=1.25,
        bias_corrected=("FLAIR",),
        warnings=("FLAIR.nii: qform & sform <differ>",),
        provenance=Provenance(
            flair=HashedFile('a <b>&"\t$x.nii', "f" * 64),
            t1=HashedFile("T1.nii", "1" * 64),
            weights_name="fake",
            weights=(HashedFile("member-0.weights.h5", "0" * 64),),
            recipe=DEFAULT,
            precision="float32",
            versions=(("wmhseg", "0.1.0"), ("numpy", "2.0")),
        ),
    )
