"""Every field of a NIfTI header that says where voxels lie, against nibabel."""

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wmhseg.errors import InputError
from wmhseg.io.nifti_header import NiftiHeader, parse_header
from wmhseg.io.nifti_position import Position, position

RAS_FROM_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
MM_OF_UNIT = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001, 5: 1.0}
SIZE = (20, 30, 10)

sizes = st.floats(0.125, 20, width=32)
places = st.floats(-300, 300, width=32)
anything = st.one_of(
    st.floats(width=32), st.sampled_from([0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e-40, 3e38])
)


def rotation(angles: tuple[float, ...]) -> np.ndarray:
    a, b, c = angles
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


@st.composite
def affines(draw: st.DrawFn) -> np.ndarray:
    affine = np.eye(4)
    turned = rotation(draw(st.tuples(*[st.floats(-3.2, 3.2)] * 3)))
    affine[:3, :3] = turned * draw(st.tuples(sizes, sizes, sizes))
    affine[:3, 0] *= draw(st.sampled_from([1, -1]))
    affine[:3, 3] = draw(st.tuples(places, places, places))
    return affine


@st.composite
def headers(draw: st.DrawFn) -> nib.Nifti1Header:
    """Both forms, drawn apart from each other, and codes, unit, version and byte order."""
    kind = draw(st.sampled_from([nib.Nifti1Header, nib.Nifti2Header]))
    header = kind(endianness=draw(st.sampled_from("<>")))
    header.set_data_shape(SIZE)
    header.set_qform(draw(affines()), 1)
    header.set_sform(draw(affines()), 1)
    header["qform_code"], header["sform_code"] = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    header["xyzt_units"] = draw(st.sampled_from(sorted(MM_OF_UNIT))) + draw(st.sampled_from([0, 8]))
    return header


def parsed(header: nib.Nifti1Header) -> NiftiHeader:
    found = parse_header(
        header.binaryblock[:344] + b"n+1\0" if len(header.binaryblock) == 348 else header.binaryblock
    )
    assert found is not None
    return found


def affine_of(found: Position) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = found.direction * found.spacing_mm
    affine[:3, 3] = found.origin_mm
    return RAS_FROM_LPS @ affine


def in_mm(affine: np.ndarray, header: nib.Nifti1Header) -> np.ndarray:
    return np.diag([*[MM_OF_UNIT[int(header["xyzt_units"]) & 7]] * 3, 1]) @ affine


def assert_same(found: Position, expected: np.ndarray) -> None:
    size = np.linalg.norm(expected[:3, :3], axis=0).max() + np.abs(expected).max() * 1e-2
    np.testing.assert_allclose(affine_of(found), expected, rtol=0, atol=3e-6 * size)


@settings(max_examples=150, deadline=None)
@given(headers())
def test_the_position_is_nibabels_in_mm(header: nib.Nifti1Header) -> None:
    found, warnings = position("scan", parsed(header))
    assert_same(found, in_mm(header.get_best_affine(), header))
    codes = int(header["qform_code"]), int(header["sform_code"])
    assert any("orientation unknown" in warning for warning in warnings) == (codes == (0, 0))
    assert any("results are in mm" in warning for warning in warnings) == (
        int(header["xyzt_units"]) & 7 in (1, 3)
    )


@settings(max_examples=150, deadline=None)
@given(headers(), st.tuples(sizes, sizes, sizes), st.tuples(*[st.sampled_from([1, -1])] * 3))
def test_an_sform_counts_whatever_pixdim_says(
    header: nib.Nifti1Header, pixdim: tuple[float, ...], signs: tuple[int, ...]
) -> None:
    header["sform_code"], header["qform_code"] = 1, 0
    header["pixdim"][1:4] = np.multiply(pixdim, signs)
    found, warnings = position("scan", parsed(header))
    assert_same(found, in_mm(header.get_sform(), header))
    lengths = np.linalg.norm(header.get_sform()[:3, :3], axis=0)
    apart = np.abs(header["pixdim"][1:4] / lengths - 1).max()
    if abs(apart - 0.01) > 1e-5:
        assert any("by pixdim" in warning for warning in warnings) == (apart > 0.01)


@settings(max_examples=150, deadline=None)
@given(headers(), st.tuples(*[st.sampled_from([1, -1])] * 3), st.sampled_from([0.0, 1.0, -1.0, 7.0]))
def test_a_qform_has_no_negative_sizes(
    header: nib.Nifti1Header, signs: tuple[int, ...], handed: float
) -> None:
    header["sform_code"], header["qform_code"] = 0, 1
    header["pixdim"][0] = -1.0 if handed < 0 else 1.0
    expected = in_mm(header.get_qform(), header)
    header["pixdim"][0] = handed
    header["pixdim"][1:4] *= signs
    found, warnings = position("scan", parsed(header))
    assert_same(found, expected)
    assert any("by pixdim" in warning for warning in warnings) == (min(signs) < 0)


@settings(max_examples=300, deadline=None)
@given(headers(), st.lists(anything, min_size=22, max_size=22), st.booleans(), st.booleans())
def test_any_header_is_refused_or_has_a_rectangular_grid(
    header: nib.Nifti1Header, values: list[float], keep_sform: bool, keep_qform: bool
) -> None:
    if not keep_sform:
        for row, start in (("srow_x", 0), ("srow_y", 4), ("srow_z", 8)):
            header[row] = values[start : start + 4]
    if not keep_qform:
        header["pixdim"][:4] = values[12:16]
        for number, field in enumerate(("quatern_b", "quatern_c", "quatern_d")):
            header[field] = values[16 + number]
        for number, field in enumerate(("qoffset_x", "qoffset_y", "qoffset_z")):
            header[field] = values[19 + number]
    try:
        found, _ = position("scan", parsed(header))
    except InputError as error:
        assert "\n" not in str(error)
        assert not (keep_sform and header["sform_code"])
    else:
        assert np.isfinite(affine_of(found)).all()
        assert (found.spacing_mm > 0).all()
        np.testing.assert_allclose(found.direction.T @ found.direction, np.eye(3), atol=1e-9)
        if keep_sform and header["sform_code"]:
            assert_same(found, in_mm(header.get_sform(), header))


def both(**fields: object) -> nib.Nifti1Header:
    """Voxels of 1.5 x 2 x 5 mm by both forms, in one place."""
    header = nib.Nifti1Header()
    header.set_data_shape(SIZE)
    affine = np.diag([-1.5, 2, 5, 1.0])
    affine[:3, 3] = 15, -30, -25
    header.set_qform(affine, 1)
    header.set_sform(affine, 1)
    for name, value in fields.items():
        header[name] = value
    return header


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ()),
        ({"pixdim": [-1, 1.51, 2, 5, 1, 1, 1, 1]}, ()),
        (
            {"qform_code": 0, "pixdim": [-1, 1.52, 2, 5, 1, 1, 1, 1]},
            ("scan: voxels of 1.52x2x5 mm by pixdim, 1.5x2x5 mm by the sform; the sform counts",),
        ),
        ({"srow_y": [0, np.nan, 0, 0]}, ("scan: the sform holds zero or no number; the qform counts",)),
        ({"srow_x": [0, 0, 0, 15]}, ("scan: the sform holds zero or no number; the qform counts",)),
        ({"qoffset_z": np.inf}, ("scan: the qform holds zero or no number; the sform counts",)),
        ({"quatern_b": 2}, ("scan: the qform holds zero or no number; the sform counts",)),
        ({"xyzt_units": 7}, ()),
    ],
)
def test_what_is_said(fields: dict[str, object], said: tuple[str, ...]) -> None:
    found, warnings = position("scan", parsed(both(**fields)))
    assert warnings == said
    assert found.spacing_mm.tolist() == [1.5, 2, 5]
    assert found.origin_mm.tolist() == [-15, 30, -25]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"qform_code": 0, "srow_z": [0, 0, 0, 0]}, "in sform, found zero or no number"),
        ({"sform_code": 0, "pixdim": [1, 1, 0, 1, 0, 0, 0, 0]}, "in qform, found zero or no number"),
        ({"srow_z": [np.nan] * 4, "quatern_c": np.nan}, "in sform and qform, found zero or no number"),
        ({"qform_code": 0, "sform_code": 0, "pixdim": [1, 1, 0, 1, 0, 0, 0, 0]}, "pixdim, found 1x0x1;"),
        (
            {"qform_code": 0, "sform_code": 0, "pixdim": [1, 1, np.inf, 1, 0, 0, 0, 0]},
            "pixdim, found 1xinfx1;",
        ),
        ({"qform_code": 0, "srow_x": [-1.5, 1, 0, 15]}, "axes are not orthonormal"),
    ],
)
def test_what_is_refused(fields: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=f"^scan: .*{said}"):
        position("scan", parsed(both(**fields)))


def test_sizes_are_pixdims_where_an_oblique_sform_rounds_them() -> None:
    affine = np.eye(4)
    affine[:3, :3] = rotation((0.3, 0.2, 0.1)) * (0.9, 0.9, 2.5)
    header = both()
    header.set_qform(affine, 1)
    header.set_sform(affine, 1)
    assert np.linalg.norm(header.get_sform()[:3, 2]) != 2.5  # float32
    assert position("scan", parsed(header))[0].spacing_mm[2] == 2.5
