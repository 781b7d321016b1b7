"""The weights' manifest: what is refused, and with which words."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from wmhseg.errors import WeightsError
from wmhseg.io.files import file_sha256
from wmhseg.model.manifest import Manifest, Member, default_weights, read_manifest, verify, write_manifest
from wmhseg.recipe import DEFAULT

CONTENT = b"not really weights"
WIDTHS = ((2, 3, 4, 5, 6), (5, 4, 3, 2))
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "member-0.weights.h5").write_bytes(CONTENT)
    values = {
        "format": 2,
        "name": "first",
        "recipe": DEFAULT.to_dict(),
        "members": [
            {
                "file": "member-0.weights.h5",
                "sha256": SHA256,
                "batch_normalisation": True,
                "widths": [[2, 3, 4, 5, 6], [5, 4, 3, 2]],
                "training": {"seed": 3},
            }
        ],
        "scores": {"dsc": 0.5},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(values))
    return tmp_path


def change(folder: Path, **changed: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))


def drop(folder: Path, name: str) -> None:
    path = folder / "manifest.json"
    values = json.loads(path.read_text())
    del values[name]
    path.write_text(json.dumps(values))


def change_member(folder: Path, **changed: Any) -> None:
    (member,) = json.loads((folder / "manifest.json").read_text())["members"]
    change(folder, members=[{**member, **changed}])


def test_reads_what_is_there(folder: Path) -> None:
    member = Member(folder / "member-0.weights.h5", SHA256, True, WIDTHS, {"seed": 3})
    assert read_manifest(folder) == Manifest("first", DEFAULT, (member,), {"dsc": 0.5})
    verify(member)


def test_optional_fields(folder: Path) -> None:
    drop(folder, "scores")
    assert read_manifest(folder).scores == {}


def test_format_1_had_the_papers_widths(folder: Path) -> None:
    (member,) = json.loads((folder / "manifest.json").read_text())["members"]
    del member["widths"]
    change(folder, format=1, members=[member])
    (read,) = read_manifest(folder).members
    assert read.widths == ((64, 96, 128, 256, 512), (256, 128, 96, 64))


@pytest.mark.parametrize(
    "widths",
    [None, 3, [[1, 2], [3]], [[2, 3, 4, 5, 6], [5, 4, 3]], [[2, 3, 4, 5, "6"], [5, 4, 3, 2]],
     [[2, 3, 4, 5, 0], [5, 4, 3, 2]], [[2, 3, 4, 5, 10**9], [5, 4, 3, 2]], [[2, 3, 4, 5, 1.5], [5, 4, 3, 2]]],
)  # fmt: skip
def test_widths_that_are_none(folder: Path, widths: Any) -> None:
    change_member(folder, widths=widths)
    with pytest.raises(WeightsError, match=r"manifest\.json: expected the widths of five encoder and four"):
        read_manifest(folder)


def test_written_and_read_again(folder: Path) -> None:
    manifest = read_manifest(folder)
    (folder / "manifest.json").unlink()
    write_manifest(folder, manifest)
    assert read_manifest(folder) == manifest


def test_missing_manifest(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    with pytest.raises(
        WeightsError, match=rf"^{path}: expected the weights' manifest, found none; check --weights"
    ):
        read_manifest(tmp_path)


@pytest.mark.parametrize("content", [b"{half", b"", b"\xff\xfe\x00"])
def test_manifest_that_is_not_json(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(WeightsError, match=r"manifest\.json: expected JSON, found something else \(.+\)"):
        read_manifest(folder)


@pytest.mark.parametrize("found", [3, "1", None])
def test_other_format(folder: Path, found: Any) -> None:
    change(folder, format=found)
    with pytest.raises(
        WeightsError, match=rf"manifest\.json: expected format 2, found {found!r}; use a matching version"
    ):
        read_manifest(folder)


@pytest.mark.parametrize("name", ["format", "name", "recipe", "members"])
def test_missing_field(folder: Path, name: str) -> None:
    drop(folder, name)
    with pytest.raises(WeightsError, match=rf"manifest\.json: a field is missing .*{name}"):
        read_manifest(folder)


@pytest.mark.parametrize(
    "changed",
    [{"members": 7}, {"members": ["a.h5"]}, {"recipe": None}, {"recipe": "default"}, {"members": [{}]}],
    ids=str,
)
def test_field_of_the_wrong_type(folder: Path, changed: dict[str, Any]) -> None:
    change(folder, **changed)
    with pytest.raises(WeightsError, match=r"manifest\.json: "):
        read_manifest(folder)


def test_json_that_is_no_object(folder: Path) -> None:
    (folder / "manifest.json").write_text("[1, 2]")
    with pytest.raises(WeightsError, match=r"manifest\.json: a field is missing or has the wrong type"):
        read_manifest(folder)


def test_unknown_recipe_field_names_the_file(folder: Path) -> None:
    change(folder, recipe={**DEFAULT.to_dict(), "sharpness": 3})
    with pytest.raises(
        WeightsError, match=rf"^{folder}/manifest\.json: recipe: expected .* found .*sharpness"
    ):
        read_manifest(folder)


def test_no_members(folder: Path) -> None:
    change(folder, members=[])
    with pytest.raises(WeightsError, match="expected at least one member, found none"):
        read_manifest(folder)


@pytest.mark.parametrize("name", ["../member-0.weights.h5", "/etc/passwd", "a/b.h5", "..", ".", "", 3, None])
def test_files_outside_the_folder_are_refused(folder: Path, name: Any) -> None:
    change_member(folder, file=name)
    with pytest.raises(WeightsError, match=rf"^{folder}/manifest\.json: "):
        read_manifest(folder)


@pytest.mark.parametrize("digest", [None, 12, ""])
def test_hash_that_is_none(folder: Path, digest: Any) -> None:
    change_member(folder, sha256=digest)
    with pytest.raises(WeightsError, match="SHA-256"):
        verify(read_manifest(folder).members[0])


def test_changed_file(folder: Path) -> None:
    path = folder / "member-0.weights.h5"
    path.write_bytes(CONTENT + b".")
    found = hashlib.sha256(CONTENT + b".").hexdigest()
    with pytest.raises(
        WeightsError,
        match=rf"^{path}: expected SHA-256 {SHA256[:12]}…, found {found[:12]}…; the file was",
    ):
        verify(read_manifest(folder).members[0])


def test_missing_file(folder: Path) -> None:
    path = folder / "member-0.weights.h5"
    manifest = read_manifest(folder)
    path.unlink()
    with pytest.raises(
        WeightsError, match=rf"^{path}: expected a weights file, found none; copy the weights"
    ):
        verify(manifest.members[0])


def test_hash_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert (
        file_sha256(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_environment_names_the_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WMHSEG_WEIGHTS", str(tmp_path))
    assert default_weights() == tmp_path
    for unset in ("", None):
        monkeypatch.setenv("WMHSEG_WEIGHTS", unset) if unset is not None else monkeypatch.delenv(
            "WMHSEG_WEIGHTS"
        )
        assert default_weights() == Path(__file__).parents[2] / "weights"


@pytest.mark.parametrize(
    "changed",
    [
        {"patch": 10**9}, {"patch": 201}, {"patch": True}, {"patch": "200"}, {"min_patch": 1},
        {"min_patch": 232},
        {"threshold": float("nan")}, {"threshold": 10**400}, {"threshold": -0.1}, {"min_peak": float("inf")},
        {"target_spacing_mm": 1e-6}, {"target_spacing_mm": -1}, {"target_spacing_mm": None},
        {"spacing_range_mm": [float("nan")] * 2}, {"spacing_range_mm": [-1, 2]}, {"spacing_range_mm": [2, 1]},
        {"spacing_range_mm": [1]}, {"spacing_range_mm": "12"}, {"min_profile_mm": float("inf")},
        {"min_lesion_mm3": float("inf")}, {"min_peak": float("nan")}, {"normalisation": ["robust"]},
        {"name": "a\nb"}, {"name": None}, {"axial_lps": 1},
    ],
    ids=str,
)  # fmt: skip
def test_recipe_values_that_mean_nothing(folder: Path, changed: dict[str, Any]) -> None:
    change(folder, recipe={**DEFAULT.to_dict(), **changed})
    expected = (
        rf"manifest\.json: recipe: expected values that this version knows, found {next(iter(changed))} "
    )
    with pytest.raises(WeightsError, match=expected):
        read_manifest(folder)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": None},
        {"name": ["a"]},
        {"name": "\ud800"},
        {"name": "a\nb"},
        {"name": "a" * 201},
        {"scores": []},
    ],
    ids=ascii,
)
def test_names_that_cannot_be_shown(folder: Path, changed: dict[str, Any]) -> None:
    change(folder, **changed)
    with pytest.raises(WeightsError, match="a field is missing or has the wrong type") as caught:
        read_manifest(folder)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300


@pytest.mark.parametrize("training", [None, [], {"cases": 3}, {"cases": [None]}], ids=str)
def test_training_of_the_wrong_type(folder: Path, training: Any) -> None:
    change_member(folder, training=training)
    with pytest.raises(WeightsError, match="a field is missing or has the wrong type"):
        read_manifest(folder)


@pytest.mark.parametrize("digest", ["0" * 63, "g" * 64, "\ud800", "0" * 64 + "\n"], ids=ascii)
def test_hash_of_other_characters(folder: Path, digest: str) -> None:
    change_member(folder, sha256=digest)
    with pytest.raises(WeightsError, match="expected a SHA-256 for member-0") as caught:
        read_manifest(folder)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["a\0.h5", "a\n.h5", "\ud800.h5"], ids=ascii)
def test_file_names_that_cannot_be_shown(folder: Path, name: str) -> None:
    change_member(folder, file=name)
    with pytest.raises(WeightsError, match="expected plain file names, found ") as caught:
        read_manifest(folder)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("content", ["[" * 200000, '{"a":' * 100000], ids=["lists", "objects"])
def test_json_that_is_too_deep(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_text(content)
    with pytest.raises(WeightsError, match="expected JSON, found something else"):
        read_manifest(folder)


def test_widths_that_are_deep_are_shown_in_one_line(folder: Path) -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    change_member(folder, widths=[deep, deep])
    with pytest.raises(WeightsError, match="expected the widths") as caught:
        read_manifest(folder)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["manifest.json", "member-0.weights.h5"])
def test_files_that_never_end(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(WeightsError, match=f"{name}: expected .*, found none"):
        verify(read_manifest(folder).members[0])


def test_a_manifest_of_any_size_is_not_read(folder: Path) -> None:
    with (folder / "manifest.json").open("r+b") as file:
        file.truncate(2**40)
    with pytest.raises(WeightsError, match="expected JSON, found something else"):
        read_manifest(folder)
