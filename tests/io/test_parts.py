"""Which files make one image."""

from pathlib import Path

import pytest

from wmhseg.io.parts import input_sha256, pair_of, parts_of, text_header


@pytest.mark.parametrize(
    ("there", "given", "header", "voxels"),
    [
        (["a.hdr", "a.img"], "a.hdr", "a.hdr", "a.img"),
        (["a.hdr", "a.img"], "a.img", "a.hdr", "a.img"),
        (["a.HDR", "a.IMG"], "a.IMG", "a.HDR", "a.IMG"),
        (["a.hdr", "a.img.gz"], "a.hdr", "a.hdr", "a.img.gz"),
        (["a.hdr.gz", "a.img.gz", "a.img"], "a.hdr.gz", "a.hdr.gz", "a.img.gz"),
        (["a.hdr", "a.img.gz", "a.img"], "a.hdr", "a.hdr", "a.img"),
        (["a.hdr", "ab.img"], "a.hdr", "a.hdr", "a.img"),  # which is not there
    ],
)
def test_pairs(tmp_path: Path, there: list[str], given: str, header: str, voxels: str) -> None:
    for name in there:
        (tmp_path / name).touch()
    assert pair_of(tmp_path / given) == (tmp_path / header, tmp_path / voxels)


def test_other_names_are_no_pair(tmp_path: Path) -> None:
    assert pair_of(tmp_path / "a.nii.gz") is None
    assert pair_of(tmp_path / "hdr") is None


def test_text_headers(tmp_path: Path) -> None:
    path = tmp_path / "a.mhd"
    path.write_bytes(b"ObjectType = Image\nNDims = 3\nElementDataFile = LIST\na.raw\nb.raw\n")
    header = text_header(path)
    assert (header.fields["NDims"], header.voxels, header.listed) == ("3", "LIST", ("a.raw", "b.raw", ""))
    path.write_bytes(b"NDims = 3\nElementDataFile = LOCAL\n\x01\x02")
    assert (text_header(path).voxels, text_header(path).length) == ("LOCAL", 34)
    path.write_bytes(
        b"NRRD0004\n# sizes: 1\nSpace Directions: (1,0,0)\ndata file: a.raw\nsizes:=9\n\nspace: x\n"
    )
    header = text_header(path)
    assert (header.fields["spacedirections"], header.voxels) == ("(1,0,0)", "a.raw")
    assert not {"sizes", "space"} & set(header.fields)
    assert (header.nrrd, header.length) == (True, 73)
    path.write_bytes(b"\x00\x01")
    assert text_header(path).fields == {}


@pytest.mark.parametrize(
    ("name", "header", "voxels"),
    [
        ("a.hdr", b"header", "a.img"),
        ("a.mhd", b"NDims = 3\nElementDataFile = v.raw\n", "v.raw"),
        ("a.nhdr", b"NRRD0004\ndata file: v.raw.gz\nencoding: gzip\n", "v.raw.gz"),
        ("a.mhd", b"NDims = 3\nElementDataFile = LIST\nv.raw\n", "v.raw"),
    ],
)
def test_the_hash_is_that_of_all_parts(tmp_path: Path, name: str, header: bytes, voxels: str) -> None:
    (tmp_path / name).write_bytes(header)
    alone = input_sha256(tmp_path / name)
    (tmp_path / voxels).write_bytes(b"1")
    assert parts_of(tmp_path / name) == (tmp_path / name, tmp_path / voxels)
    one = input_sha256(tmp_path / name)
    (tmp_path / voxels).write_bytes(b"2")
    assert len({alone, one, input_sha256(tmp_path / name)}) == 3


@pytest.mark.parametrize("name", [b"", b"x" * 300, b"a\0b", b".."])
def test_names_that_cannot_be_are_no_parts(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / "a.mhd"
    path.write_bytes(b"NDims = 3\nElementDataFile = " + name + b"\n")
    assert parts_of(path) == (path,)
