"""Images whose names are no UTF-8 are read with all the files that they consist of."""

import os
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.volume import read_image

VOXELS = np.arange(3 * 4 * 5, dtype=np.int16).reshape(5, 4, 3)
LATIN_1 = os.fsdecode(b"M\xfcller")


def write_pair(path: Path) -> None:
    nib.save(nib.Nifti1Pair(VOXELS, np.diag([2.0, 2, 5, 1])), path.with_name("a.img"))
    for ending in ("hdr", "img"):
        path.with_name(f"a.{ending}").rename(path.with_suffix(f".{ending}"))


def write_meta_image(path: Path, voxels: str = "below/v.raw") -> None:
    (path.parent / voxels).parent.mkdir(exist_ok=True)
    (path.parent / voxels).write_bytes(VOXELS.tobytes(order="F"))
    fields = (
        "ObjectType = Image\nNDims = 3\nDimSize = 5 4 3\nElementType = MET_SHORT\nElementSpacing = 2 2 5\n"
    )
    path.write_text(f"{fields}ElementDataFile = {voxels}\n")


@pytest.mark.parametrize("ending", ["hdr", "img", "mhd"])
@pytest.mark.parametrize("folder", ["site", LATIN_1])
def test_parts_are_found(tmp_path: Path, ending: str, folder: str) -> None:
    path = tmp_path / folder / f"{LATIN_1}.{ending}"
    path.parent.mkdir()
    (write_meta_image if ending == "mhd" else write_pair)(path)
    volume = read_image(path)[0]
    np.testing.assert_array_equal(volume.array, VOXELS.transpose(2, 1, 0))
    assert volume.grid.spacing_mm == (2, 2, 5)


def test_errors_name_the_files_themselves(tmp_path: Path) -> None:
    path = tmp_path / f"{LATIN_1}.hdr"
    write_pair(path)
    path.with_suffix(".img").write_bytes(b"cut")
    with pytest.raises(InputError) as caught:
        read_image(path)
    start = f"{path.with_suffix('.img')}: not a readable image (expected 120 bytes, found 3)"
    assert str(caught.value).startswith(start)


def test_voxels_elsewhere_are_said_to_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "inner" / f"{LATIN_1}.mhd"
    path.parent.mkdir()
    write_meta_image(path, "../v.raw")
    with pytest.raises(InputError, match=r"\.mhd: "):
        read_image(path)


def test_a_link_keeps_the_end_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / f"{LATIN_1}.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(VOXELS), str(tmp_path / "a.nrrd"))
    (tmp_path / "a.nrrd").rename(path)
    np.testing.assert_array_equal(read_image(path)[0].array, VOXELS)
