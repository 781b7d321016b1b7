"""BIDS names: what is made of entities says the same entities."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from wmhseg.io.bids_names import parse, stem

MANY = settings(max_examples=200, deadline=None, derandomize=True, database=None)
ALPHANUMERIC = "abzABZ019"
KEYS = st.one_of(
    st.sampled_from(("sub", "ses", "acq", "run", "space", "desc")), st.text("abz", min_size=1, max_size=5)
)
ENTITIES = st.dictionaries(KEYS, st.text(ALPHANUMERIC, min_size=1, max_size=6), min_size=1, max_size=6)


@MANY
@given(ENTITIES, st.sampled_from(("FLAIR", "T1w", "mask")), st.sampled_from((".nii", ".nii.gz")))
def test_entities_come_back(entities: dict[str, str], suffix: str, ending: str) -> None:
    path = Path("any") / f"{stem(entities)}_{suffix}{ending}"
    found = parse(path)
    assert found is not None
    assert (found.path, found.entities, found.suffix) == (path, entities, suffix)
    assert stem(found.entities) == stem(entities)


@MANY
@given(ENTITIES)
def test_the_order_is_the_specifications(entities: dict[str, str]) -> None:
    keys = [part.split("-")[0] for part in stem(entities).split("_")]
    assert sorted(keys) == sorted(entities)
    known = [key for key in keys if key in ("sub", "ses", "acq", "run", "space", "desc")]
    assert known == [key for key in ("sub", "ses", "acq", "run", "space", "desc") if key in entities]


@MANY
@given(st.text(max_size=20))
def test_any_name_is_parsed_or_none(text: str) -> None:
    name = text.replace("/", "").replace("\0", "")
    found = parse(Path("any") / f"sub-1_{name}_FLAIR.nii.gz")
    assert found is None or found.entities["sub"]
