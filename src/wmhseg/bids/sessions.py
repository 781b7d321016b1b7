"""Participants that were scanned in more than one session."""

import logging
import re
from collections.abc import Sequence

from wmhseg.bids.dataset import BidsScan
from wmhseg.change.people import Person
from wmhseg.change.scan_inputs import ScanInput
from wmhseg.io.files import few

log = logging.getLogger("wmhseg")


def people_of(scans: Sequence[BidsScan]) -> list[Person]:
    """Return the participants with two or more sessions, their scans in the order of the sessions' labels.

    Numbers in labels count by their value: ses-2 comes before ses-10. A participant with several FLAIRs in a
    session is one that fails: nobody knows which of them to compare.
    """
    found: dict[str, dict[str, list[BidsScan]]] = {}
    without = []
    for scan in scans:
        entities = scan.flair.entities
        if "ses" in entities:
            found.setdefault(f"sub-{entities['sub']}", {}).setdefault(entities["ses"], []).append(scan)
        elif not scan.error:
            without.append(scan.flair.path)
    people = [_person(name, sessions) for name, sessions in found.items() if len(sessions) > 1]
    if single := [name for name, sessions in found.items() if len(sessions) == 1]:
        log.info("%d participant(s) with one session are not compared: %s", len(single), few(single))
    if without:
        log.info("%d FLAIR(s) without a session are not compared: %s", len(without), few(without))
    return people


def _person(name: str, sessions: dict[str, list[BidsScan]]) -> Person:
    for label, scans in sessions.items():
        if error := next((one.error for one in scans if one.error), ""):
            return Person(name, (), error)
        if len(scans) > 1:
            named = few([one.flair.path.name for one in scans])
            return Person(
                name,
                (),
                f"{name}, ses-{label}: expected one FLAIR to compare, found {len(scans)} ({named}); "
                "compare two of them with wmhseg change",
            )
    chosen = (sessions[label][0] for label in sorted(sessions, key=_by_number))
    return Person(
        name,
        tuple(
            ScanInput(one.flair.path.name, one.flair.path, None if one.t1 is None else one.t1.path)
            for one in chosen
        ),
    )


def _by_number(label: str) -> list[tuple[int, str]]:
    """Return what labels are sorted by: runs of digits by their value."""
    return [
        (int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", label)
    ]
