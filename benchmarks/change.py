"""Drawn people at two times: are new lesions found, how wrong is the change, and what changes without one?

    python benchmarks/change.py HEADS LESIONS [--weights weights] [--people 6] [--first 0] [--seed 700]

Each person is a drawn head, scanned five times: at first; again, unchanged, on the same and on another
scanner; and with lesions new, gone, grown and shrunk on both. Every later scan is compared with the first, as
`wmhseg change` does. Prints a row a pair, then what was found by size, the error of the change, and what was
found where nothing changed. Slices of 2.5 mm or more.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from change_pairs import (
    Drawn,
    draw,
    edit,
    head_of,
    on_another_scanner,
    on_same_scanner,
    sample_person,
)
from wmhseg.change.compare import Comparison, compare
from wmhseg.change.lesion_change import Kind
from wmhseg.change.scan_inputs import ScanInput
from wmhseg.change.time_point import TimePoint, segment_times
from wmhseg.io.write_volume import write_volume
from wmhseg.segmentation.networks import Networks
from wmhseg.settings import Settings
from wmhseg.synthesis.heads import LesionMask, find_images, read_head, read_lesion_mask

RESIZED = (Kind.GROWN, Kind.SHRUNK, Kind.MERGED, Kind.SPLIT)
FOUND = ("sure", "unsure", "part", "no")
SIZES_ML = (0.0, 0.03, 0.1, 0.3, np.inf)


@dataclass(frozen=True)
class Person:
    """A person's scans, and the drawn volumes in ml.

    Attributes:
        scans: By name: "first", "again same", "again other", "changed same", "changed other".
        only_ml: Of the lesions gone and new.
        change_ml: Of all.
    """

    scans: dict[str, Drawn]
    only_ml: tuple[list[float], list[float]]
    change_ml: float


@dataclass(frozen=True)
class Score:
    """One pair.

    Attributes:
        name: Which.
        sizes_ml: Drawn volumes of the lesions of one time alone.
        found: For each whether it was found: "sure" or "unsure" as one of its own, as "part" of one called
            grown, shrunk, merged or split, or "no".
        wrong_ml: Volumes of lesions that were surely called new or gone, where nothing was touched.
        resized: Lesions called grown, shrunk, merged or split, of those at both times.
        error_ml: Change less the drawn one.
        beyond: The verdict is not "within noise".
    """

    name: str
    sizes_ml: list[float]
    found: list[str]
    wrong_ml: list[float]
    resized: tuple[int, int]
    error_ml: float
    beyond: bool


def draw_person(heads: list[Path], masks: list[LesionMask], rng: np.random.Generator) -> Person:
    """Draw a person and all scans."""
    head = read_head(heads[int(rng.integers(len(heads)))])
    person = sample_person(rng, masks)
    anatomy, lesions = head_of(head, masks, person)
    before, after = edit(lesions, anatomy, rng)
    other = on_another_scanner(person, rng, masks)
    parameters = {
        "first": (before, person),
        "again same": (before, on_same_scanner(person, rng)),
        "again other": (before, other),
        "changed same": (after, on_same_scanner(person, rng)),
        "changed other": (after, on_same_scanner(other, rng)),
    }
    scans = {name: draw(anatomy, state, how) for name, (state, how) in parameters.items()}
    volumes = tuple((np.bincount(state.only.ravel())[1:] / 1000).tolist() for state in (before, after))
    change = float(after.lesions.sum() - before.lesions.sum()) / 1000
    return Person(scans, (volumes[0], volumes[1]), change)


def score(name: str, comparison: Comparison, pair: tuple[TimePoint, TimePoint], person: Person) -> Score:
    """Score one pair."""
    changed = name.startswith("changed")
    drawn = person.scans["first"], person.scans[name]
    found: list[str] = []
    wrong: list[float] = []
    for time, kind in ((0, Kind.GONE), (1, Kind.NEW)):
        labels = pair[time].measured.labels.array
        called = [one for one in comparison.lesions if one.kind is kind]
        best: dict[int, str] = {}
        for one in called:
            inside = np.isin(labels, one.numbers[time])
            hit = set(np.unique(drawn[time].only[inside]).tolist()) - {0} if changed else set()
            for number in hit:
                best[number] = "sure" if one.sure or best.get(number) == "sure" else "unsure"
            if one.sure and not (changed and (hit or drawn[time].touched[inside].any())):
                wrong.append(one.volumes_ml[time])
        if changed:
            parts = [n for one in comparison.lesions if one.kind in RESIZED for n in one.numbers[time]]
            for number in set(np.unique(drawn[time].only[np.isin(labels, parts)]).tolist()) - {0}:
                best.setdefault(number, "part")
            found += [best.get(number + 1, "no") for number in range(len(person.only_ml[time]))]
    both = [one for one in comparison.lesions if one.kind not in (Kind.NEW, Kind.GONE)]
    resized = sum(one.kind in RESIZED for one in both)
    return Score(
        name,
        [*person.only_ml[0], *person.only_ml[1]] if changed else [],
        found,
        wrong,
        (resized, len(both)),
        comparison.volume.change_ml - (person.change_ml if changed else 0.0),
        comparison.volume.verdict != "within noise",
    )


def inputs_of(person: Person, folder: Path) -> Iterator[ScanInput]:
    """Write a person's scans."""
    for name, scan in person.scans.items():
        flair, t1 = (folder / f"{name}_{kind}.nii.gz" for kind in ("FLAIR", "T1"))
        write_volume(flair, scan.flair)
        write_volume(t1, scan.t1)
        yield ScanInput(name, flair, t1)


def summary(scores: list[Score]) -> None:
    """Print what was found by size, and the errors, for each kind of pair."""
    for name in dict.fromkeys(one.name for one in scores):
        chosen = [one for one in scores if one.name == name]
        print(f"{name}: {len(chosen)} pairs")
        sizes = np.concatenate([one.sizes_ml for one in chosen])
        found: NDArray[np.str_] = np.concatenate([one.found for one in chosen])
        wrong = np.concatenate([one.wrong_ml for one in chosen])
        for low, high in pairwise(SIZES_ML):
            here = found[(sizes >= low) & (sizes < high)]
            counts = ", ".join(f"{np.sum(here == how)} {how}" for how in FOUND)
            false = np.sum((wrong >= low) & (wrong < high))
            print(f"  {low:g} to {high:g} ml: drawn {len(here)} ({counts}); wrong {false}")
        resized, both = np.sum([one.resized for one in chosen], axis=0)
        errors = [one.error_ml for one in chosen]
        print(f"  of {both} at both times {resized} called grown, shrunk, merged or split")
        print(f"  error of the change: mean {np.mean(errors):+.2f} ml, SD {np.std(errors):.2f} ml")
        print(f"  more or less than noise: {sum(one.beyond for one in chosen)}")


def main() -> None:
    """Draw, segment, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("heads", type=Path)
    parser.add_argument("lesions", type=Path)
    parser.add_argument("--weights", type=Path, default=Path("weights"))
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=700)
    options = parser.parse_args()
    heads = find_images(options.heads, "label maps of heads")
    masks = [read_lesion_mask(path) for path in find_images(options.lesions, "lesion masks in MNI space")]
    networks, scores = Networks(Settings(options.weights), "change"), []
    for number in range(options.first, options.first + options.people):
        person = draw_person(heads, masks, np.random.default_rng((options.seed, number)))
        with tempfile.TemporaryDirectory() as folder:
            times = list(segment_times(inputs_of(person, Path(folder)), networks))
        for time in times[1:]:
            pair = times[0], time
            compared = compare(*pair, time.measured.findings.provenance.recipe)
            one = score(time.name, compared, pair, person)
            scores.append(one)
            volume = compared.volume
            print(
                f"{number} {one.name}: {volume.change_ml:+.2f} ml, error {one.error_ml:+.2f}, noise "
                f"{volume.noise_ml:.2f}, apart {compared.alignment.apart_mm:.2f} mm, detail "
                f"{compared.detail:.2f}, wrong {len(one.wrong_ml)}",
                flush=True,
            )
    summary(scores)


if __name__ == "__main__":
    main()
