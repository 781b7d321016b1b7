"""Every kind of input in docs/reference/catalogue.md, through the command."""

import re
import sys
from pathlib import Path

import pytest

from wmhseg.cli import main

sys.path.insert(0, str(Path(__file__).parent))
from catalogue_table import DOCUMENT, table
from kind import Kind
from kinds import KINDS

# Commands that take --weights, before the words that a kind gives.
NEEDS_WEIGHTS = ("segment", "batch", "bids")


@pytest.fixture(autouse=True)
def no_flags(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The drawn head's contrast is not that of real scans, which would be said for every kind."""
    if "FLAGGED" not in request.node.name:
        monkeypatch.setattr("wmhseg.segmentation.measure.check_scan", lambda *_: ())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_kind(
    kind: Kind,
    tmp_path: Path,
    weights_folder: Path,
    fake_ensemble: object,
    capfd: pytest.CaptureFixture[str],
) -> None:
    words = kind.make(tmp_path)
    if words[0] in NEEDS_WEIGHTS and "--weights" not in words:
        words += ["--weights", str(weights_folder)]
    capfd.readouterr()
    code = main(words)
    said = capfd.readouterr().err
    assert code == kind.exit_code, said
    assert "Traceback" not in said
    if kind.says:
        assert any(re.search(kind.says, line) for line in said.splitlines()), said
    else:
        assert "warning" not in said.lower(), said
    assert not list(tmp_path.rglob(".wmhseg-*")), "temporary files are left"
    kind.check(tmp_path)


def test_names_are_unique() -> None:
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names))


def test_the_document_is_the_catalogue() -> None:
    assert len(KINDS) >= 80
    assert DOCUMENT.read_text(encoding="utf-8") == table(), "run python tests/catalogue/catalogue_table.py"
