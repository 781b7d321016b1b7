"""The real label maps and lesion masks, where they are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.recipe import DEFAULT
from wmhseg.synthesis.generate import Made, build_request, make_case
from wmhseg.synthesis.heads import read_head, read_lesion_mask
from wmhseg.synthesis.tissues import BRAIN, Tissue, is_any

pytestmark = pytest.mark.real


@pytest.mark.parametrize("number", [3, 10])
def test_real_lesions_fall_into_the_brains_white_matter(real_data: Path, number: int) -> None:
    head = read_head(real_data / "head_label_maps" / f"head_{number:02d}.nii.gz")
    mask = read_lesion_mask(real_data / "lesion_masks_mni" / "patient12.nii.gz")
    places = np.argwhere(mask.density > 0.5) + mask.origin_mm
    voxels = np.rint((places - head.mni[:, 3]) @ np.linalg.inv(head.mni[:, :3]).T).astype(int)
    tissues = head.tissues[tuple(voxels.T)]
    assert is_any(tissues, BRAIN).mean() > 0.95
    assert (tissues == Tissue.WHITE).mean() > 0.6


@pytest.fixture(scope="module")
def made(real_data: Path) -> Made:
    """A case from four of the masks."""
    request = build_request(
        real_data / "head_label_maps", real_data / "lesion_masks_mni", Path("unused"), 3, DEFAULT
    )
    return make_case(replace(request, heads=request.heads[:1], lesions=request.lesions[:4]), 2)


def test_lesions_are_visible_against_white_matter(made: Made) -> None:
    flair, labels = made.slices.images[..., 0].astype(np.float32), made.slices.labels
    assert (labels == 1).sum() > 20
    assert np.median(flair[labels == 1]) > 0.8  # robust SDs above the median of the brain


def test_the_brain_is_normalised_like_a_real_scan(made: Made) -> None:
    middle = made.slices.images[len(made.slices.images) // 2, 60:140, 60:140, 0].astype(np.float32)
    assert -1 < np.median(middle) < 1
    assert -4 <= middle.min() < -0.9
