"""Changed files of every kind give a result or one line, in a short time; the long runs: fuzz.py."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from targets import TARGETS, outcome

# GDCM takes seconds, and keeps the memory that 1 kB claims, for some damaged files: 60 took 17 GB. They are
# left to the long runs, where a process reads few.
SHORT = [name for name in TARGETS if name not in ("series", "multiframe")]
# An edit: where (a share of the length), how many bytes go, what comes.
EDIT = st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=8))


@pytest.fixture(scope="module", params=SHORT)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def seeds(name: str, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return TARGETS[name].seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture(scope="module")
def folder(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def test_the_seeds_are_read(name: str, seeds: list[bytes], folder: Path) -> None:
    assert [outcome(TARGETS[name], seed, folder) for seed in seeds] == ["read"] * len(seeds)


def changed(seed: bytes, edits: list[tuple[float, int, bytes]], keep: float) -> bytes:
    content = bytearray(seed)
    for share, gone, new in edits:
        place = int(share * len(content))
        content[place : place + gone] = new
    return bytes(content[: round(keep * len(content))])


@settings(
    max_examples=60,
    deadline=5000,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    which=st.integers(0, 5),
    edits=st.lists(EDIT, max_size=4),
    keep=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_any_bytes_give_a_result_or_one_line(
    name: str,
    seeds: list[bytes],
    folder: Path,
    which: int,
    edits: list[tuple[float, int, bytes]],
    keep: float,
) -> None:
    content = changed(seeds[which % len(seeds)], edits, keep)
    assert outcome(TARGETS[name], content, folder) in ("read", "refused")
