"""A nibabel image is what its file is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.errors import InputError
from wmhseg.io.memory import affine_of, from_memory
from wmhseg.io.volume import read_image

VALUES = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
TURN = np.deg2rad(17)
OBLIQUE = np.array(
    [
        [-1.1 * np.cos(TURN), 0, 2.5 * np.sin(TURN), 9],
        [0, 1.3, 0, -8],
        [1.1 * np.sin(TURN), 0, 2.5 * np.cos(TURN), 7],
        [0, 0, 0, 1],
    ]
)


def both(cls: type = nib.Nifti1Image, affine: np.ndarray = OBLIQUE) -> Any:
    image = cls(VALUES, affine)
    image.set_qform(affine, 1)
    image.set_sform(affine, 1)
    return image


def changed(**fields: object) -> Callable[[], Any]:
    def make() -> Any:
        image = both()
        for name, value in fields.items():
            image.header[name] = value
        return image

    return make


def in_metres() -> Any:
    image = both(affine=np.diag([1e-3, 1e-3, 1e-3, 1]) @ OBLIQUE)
    image.header.set_xyzt_units("meter")
    return image


KINDS = {
    "both forms": both,
    "NIfTI-2": lambda: both(nib.Nifti2Image),
    "no position": lambda: nib.Nifti1Image(VALUES, None),
    "metres": in_metres,
    "qform alone": changed(sform_code=0),
    "pixdim differs": changed(pixdim=[1, 2, 2, 2, 1, 1, 1, 1], qform_code=0),
    "forms apart": changed(qoffset_x=50),
    "sform without numbers": changed(srow_x=[np.nan] * 4),
    "4D": lambda: nib.Nifti1Image(VALUES[..., np.newaxis], OBLIQUE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_lies_where_its_file_does(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "scan.nii"
    path.write_bytes(KINDS[kind]().to_bytes() if "without" not in kind else whole_file(KINDS[kind]()))
    in_file, said = read_image(path)
    in_memory, also_said = from_memory(nib.load(path), str(path))
    assert in_memory.grid == in_file.grid
    assert also_said == said
    np.testing.assert_array_equal(in_memory.array, in_file.array)


def whole_file(image: Any) -> bytes:
    """What nibabel would not write: a header whose affine it cannot take."""
    image.header["magic"], image.header["vox_offset"] = b"n+1", 352
    return bytes(image.header.binaryblock) + bytes(4) + VALUES.tobytes(order="F")


def test_forms_that_are_apart_in_memory(tmp_path: Path) -> None:
    (warning,) = from_memory(changed(qoffset_x=50)(), "FLAIR")[1]
    assert warning == "FLAIR: qform and sform are up to 41.0 mm apart; the sform counts"


def test_the_affine_counts_where_the_header_was_changed_behind_it() -> None:
    image = both()
    image.header.set_sform(np.diag([7, 7, 7, 1]), 1)
    found, warnings = from_memory(image, "FLAIR")
    np.testing.assert_allclose(affine_of(found.grid), OBLIQUE, rtol=0, atol=1e-5)
    assert warnings == ()


@pytest.mark.parametrize("cls", [nib.AnalyzeImage, nib.MGHImage])
def test_other_images_of_nibabel_lie_at_their_affine(cls: type) -> None:
    image = cls(VALUES.astype(np.float32), np.diag([-2.0, 2, 3, 1]))
    found, _ = from_memory(image, "FLAIR")
    np.testing.assert_allclose(affine_of(found.grid), image.affine, rtol=0, atol=1e-5)


def test_sheared_axes_are_refused() -> None:
    sheared = OBLIQUE.copy()
    sheared[:3, 0] += (0, 0.6, 0)
    with pytest.raises(InputError, match=r"^FLAIR: .*axes are not orthonormal"):
        from_memory(nib.Nifti1Image(VALUES, sheared), "FLAIR")
    with pytest.raises(InputError, match=r"^FLAIR: its axes are not orthonormal"):
        from_memory((VALUES, sheared), "FLAIR")
