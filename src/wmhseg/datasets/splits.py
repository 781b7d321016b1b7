"""Which cases train, validate and test: by subject and by scanner, the same for the same seed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from wmhseg.datasets.cases import Case
from wmhseg.errors import InputError
from wmhseg.io.writing import write_json


@dataclass(frozen=True)
class Split:
    """One way to divide a data set; cases are named "site/case".

    Attributes:
        name: What sets it apart from the others of its kind: the case or site that is left out.
        train: Cases to train on.
        validation: Cases to choose by.
        test: Cases to score.
    """

    name: str
    train: tuple[str, ...]
    validation: tuple[str, ...] = ()
    test: tuple[str, ...] = ()


def case_id(case: Case) -> str:
    """Return a case's name in splits."""
    return f"{case.site}/{case.name}"


def site_of(name: str) -> str:
    """Return the site of a case "site/case"."""
    return name.partition("/")[0]


def leave_one_subject_out(cases: Sequence[Case], per_site: int | None = None) -> list[Split]:
    """Return a split per subject: trained on all others, tested on it (Li et al. 2018, section 4.2).

    Args:
        cases: One per subject.
        per_site: Test only the first so many subjects of each site; None: all.

    Raises:
        InputError: There are fewer than two cases.
    """
    names = _names(cases, 2, "leave-one-subject-out")
    tested = [name for group in _by_site(names).values() for name in group[:per_site]]
    return [Split(one, tuple(name for name in names if name != one), test=(one,)) for one in tested]


def leave_one_site_out(cases: Sequence[Case]) -> list[Split]:
    """Return a split per site: trained on all others, tested on it (Li et al. 2018, section 4.3).

    Raises:
        InputError: All cases are from one site.
    """
    groups = _by_site(_names(cases, 2, "cross-scanner"))
    if len(groups) < 2:
        raise InputError(f"cross-scanner: expected cases of two or more sites, found {', '.join(groups)}")
    return [
        Split(site, tuple(n for other, names in groups.items() if other != site for n in names), test=tested)
        for site, tested in groups.items()
    ]


def split_by_ratio(cases: Sequence[Case], ratio: tuple[int, int, int], seed: int) -> Split:
    """Divide each site's cases at random (Li et al. 2018, sections 5.2 and 5.7: 4:1 and 3:1:1).

    A site's division depends on the seed and on its own cases alone.

    Args:
        cases: One per subject.
        ratio: Parts that train, validate and test; 0 for no such set, else one case at least.
        seed: Of the draw.

    Raises:
        InputError: A site has too few cases.
    """
    sets: tuple[list[str], list[str], list[str]] = ([], [], [])
    for site, names in _by_site(_names(cases, 1, "split")).items():
        rng = np.random.default_rng((seed, crc32(site.encode())))
        drawn = [names[index] for index in rng.permutation(len(names))]
        counts = [max(1, round(len(names) * part / sum(ratio))) if part else 0 for part in ratio[1:]]
        if len(names) - sum(counts) < 1:
            raise InputError(
                f"{site}: expected {sum(counts) + 1} or more cases for {':'.join(map(str, ratio))}, "
                f"found {len(names)}; add cases"
            )
        ends = (counts[0], sum(counts))
        for chosen, part in zip(
            sets, (drawn[ends[1] :], drawn[: ends[0]], drawn[ends[0] : ends[1]]), strict=True
        ):
            chosen.extend(part)
    train, validation, test = (tuple(sorted(chosen)) for chosen in sets)
    return Split(":".join(str(part) for part in ratio if part), train, validation, test)


def record_splits(splits: Sequence[Split], path: Path) -> None:
    """Write splits as JSON; those that are there already must be the same.

    Raises:
        InputError: Other splits are there.
        OutputError: The file cannot be written.
    """
    if path.is_file():
        if load_splits(path) != list(splits):
            raise InputError(
                f"{path}: other cases or another seed were divided here; choose another output folder"
            )
        return
    write_json(path, [asdict(split) for split in splits], indent=1)


def load_splits(path: Path) -> list[Split]:
    """Read splits.

    Raises:
        InputError: The file is missing or holds something else.
    """
    try:
        return [
            Split(one["name"], *(tuple(one[part]) for part in ("train", "validation", "test")))
            for one in json.loads(path.read_text(encoding="utf-8"))
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: expected splits as JSON, found others ({error})") from None


def _names(cases: Sequence[Case], least: int, what: str) -> list[str]:
    names = sorted(case_id(case) for case in cases)
    if len(names) < least or len(set(names)) < len(names):
        raise InputError(f"{what}: expected {least} or more different cases, found {', '.join(names)}")
    return names


def _by_site(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    sites = sorted({site_of(name) for name in names})
    return {site: tuple(name for name in names if site_of(name) == site) for site in sites}
