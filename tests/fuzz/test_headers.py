"""NIfTI headers with anything in them: nibabel, an independent reader, puts the voxels at the same place."""

from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wmhseg.errors import InputError
from wmhseg.io.nifti_header import in_lps_mm, parse_header
from wmhseg.io.nifti_position import position
from wmhseg.io.volume import read_image

MANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
SIZE_MM, PLACE_MM, COUNT = st.floats(0.125, 9, width=32), st.floats(-400, 400, width=32), st.integers(1, 6)
TYPES = ("u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8")


@st.composite
def affines(draw: st.DrawFn) -> np.ndarray:
    """Any rotation, reflected or not, with any voxel size and origin."""
    axis = np.array([draw(st.integers(-9, 9)) for _ in range(4)], float)
    w, x, y, z = axis / np.linalg.norm(axis) if axis.any() else (1, 0, 0, 0)
    affine = np.eye(4)
    affine[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    affine[:3, 2] *= draw(st.sampled_from((1, -1)))
    affine[:3, :3] *= [draw(SIZE_MM) for _ in range(3)]
    affine[:3, 3] = [draw(PLACE_MM) for _ in range(3)]
    return affine


@st.composite
def headers(draw: st.DrawFn) -> Any:
    """A header of either version and byte order, with both forms, one or none."""
    kind = draw(st.sampled_from((nib.Nifti1Header, nib.Nifti2Header)))
    header = kind(endianness=draw(st.sampled_from("<>")))
    header.set_data_shape(draw(st.tuples(COUNT, COUNT, COUNT)))
    header.set_data_dtype(draw(st.sampled_from(TYPES)))
    header.set_zooms(draw(st.tuples(SIZE_MM, SIZE_MM, SIZE_MM)))
    if draw(st.booleans()):
        header.set_sform(draw(affines()), draw(st.integers(1, 4)))
    if draw(st.booleans()):
        header.set_qform(draw(affines()), draw(st.integers(1, 4)))
    return header


@MANY
@given(headers())
def test_the_position_is_nibabels(header: Any) -> None:
    found = parse_header(header.binaryblock)
    assert found is not None
    assert (found.size, found.datatype) == (header.get_data_shape(), int(header["datatype"]))
    where, _ = position("x", found)
    affine = np.eye(4)
    affine[:3, :3] = where.direction * where.spacing_mm
    affine[:3, 3] = where.origin_mm
    np.testing.assert_allclose(in_lps_mm(affine), header.get_best_affine(), rtol=1e-5, atol=2e-3)


@MANY
@given(st.sampled_from((nib.Nifti1Header, nib.Nifti2Header)), st.data())
def test_any_header_gives_a_position_or_one_line(kind: Any, data: st.DataObject) -> None:
    """Every field but magic number, size of the header and axes is any bytes."""
    content = bytearray(kind().binaryblock)
    kept = content[:4], content[344:348] if len(content) == 348 else content[4:12]
    content[12:] = data.draw(st.binary(min_size=len(content) - 12, max_size=len(content) - 12))
    content[:4] = kept[0]
    if len(content) == 348:
        content[344:348] = kept[1]
        content[40:48] = np.array([3, 4, 5, 6], "<i2").tobytes()
    else:
        content[4:12] = kept[1]
        content[16:48] = np.array([3, 4, 5, 6], "<i8").tobytes()
    found = parse_header(bytes(content))
    assert found is not None and found.size == (4, 5, 6)
    try:
        where, _ = position("x", found)
    except InputError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert np.isfinite([*where.spacing_mm, *where.origin_mm, *where.direction.flat]).all()
    assert (where.spacing_mm > 0).all()
    np.testing.assert_allclose(where.direction @ where.direction.T, np.eye(3), atol=1e-6)


@settings(MANY, max_examples=60)
@given(
    st.sampled_from((nib.Nifti1Image, nib.Nifti2Image)),
    st.tuples(COUNT, COUNT, COUNT),
    st.sampled_from(TYPES),
    st.sampled_from(((1, 0), (2.5, -7), (-0.125, 0), (1, 1000))),
    affines(),
)
def test_voxels_are_nibabels(
    tmp_path_factory: Any, kind: Any, size: tuple[int, int, int], number: str, scale: Any, affine: np.ndarray
) -> None:
    path = Path(tmp_path_factory.getbasetemp()) / "any.nii"
    stored = np.arange(np.prod(size)).reshape(size).astype(number)
    image = kind(stored, affine)
    image.header.set_data_dtype(number)
    image.header.set_slope_inter(*scale)
    image.to_filename(path)
    volume = read_image(path, may_be_constant=True)[0]
    expected = np.asarray(nib.load(path).dataobj, np.float32)
    np.testing.assert_allclose(volume.array.transpose(2, 1, 0), expected, rtol=1e-6)
