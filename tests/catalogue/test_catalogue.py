"""Every kind of input in docs/reference/catalogue.md, through the command."""

import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wmhseg.cli import main

sys.path.insert(0, str(Path(__file__).parent))
from catalogue_table import DOCUMENT, table
from kind import Kind
from kinds import KINDS

# Commands that take --weights, before the words that a kind gives.
NEEDS_WEIGHTS = ("segment", "batch", "bids")


class Warned(logging.Filter):
    """Collects what the program warns of, but that there is no T1."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if record.levelno >= logging.WARNING and not message.startswith("no T1:"):
            self.messages.append(message)
        return True


@pytest.fixture
def warned() -> Iterator[Warned]:
    """What is warned of from now on."""
    found = Warned()
    logging.getLogger("wmhseg").addFilter(found)
    yield found
    logging.getLogger("wmhseg").removeFilter(found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_kind(
    kind: Kind,
    tmp_path: Path,
    weights_folder: Path,
    fake_ensemble: object,
    warned: Warned,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if not kind.flagged:
        monkeypatch.setattr("wmhseg.segmentation.measure.check_scan", lambda *_: ())
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
        assert not warned.messages
    assert not list(tmp_path.rglob(".wmhseg-*")), "temporary files are left"
    kind.check(tmp_path)


def test_names_are_unique() -> None:
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names))


def test_the_document_is_the_catalogue() -> None:
    assert len(KINDS) >= 80
    assert DOCUMENT.read_text(encoding="utf-8") == table(), "run python tests/catalogue/catalogue_table.py"
