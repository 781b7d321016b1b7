from pathlib import Path

import numpy as np
import pytest

from wmhseg.errors import InputError
from wmhseg.io.volume import Grid, Volume
from wmhseg.io.write_volume import write_volume
from wmhseg.synthesis.heads import Head, LesionMask, find_images, read_head


def test_reads_a_turned_label_map_as_axial(material: Path, head: Head) -> None:
    read = read_head(material / "heads" / "phantom.nii.gz")
    assert np.array_equal(read.tissues, head.tissues)
    np.testing.assert_allclose(read.mni, head.mni, atol=1e-9)


def test_reads_lesion_masks_in_mni_space(masks: list[LesionMask]) -> None:
    left = masks[0]
    centre = np.argwhere(left.density > 0.5).mean(axis=0) + left.origin_mm
    np.testing.assert_allclose(centre, (28, -10, 32), atol=0.01)
    assert left.volume_ml == pytest.approx(4 / 3 * np.pi * 7**3 / 1000, rel=0.03)


def test_refuses_other_spacings(tmp_path: Path) -> None:
    path = tmp_path / "head.nii.gz"
    array = np.zeros((4, 4, 4), np.uint8)
    array[0] = 2
    write_volume(path, Volume(array, Grid((4, 4, 4), (2.0, 2, 2), (0.0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))))
    with pytest.raises(InputError, match=r"head.nii.gz: expected a label map of 1 mm, found 4x4x4"):
        read_head(path)


def test_says_when_a_folder_is_empty(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected label maps of heads \(\*.nii.gz\), found none"):
        find_images(tmp_path, "label maps of heads")
