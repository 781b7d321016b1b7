"""A change as files: all are written before the first takes its place."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from wmhseg.change.compare import Comparison
from wmhseg.change.lesion_change import Kind
from wmhseg.change.page import change_page
from wmhseg.change.table import change_values, lesion_table, volume_table
from wmhseg.change.time_point import TimePoint
from wmhseg.io.dicom_seg import to_dicom_seg
from wmhseg.io.seg_title import NEW_WMH_TITLE, WMH_TITLE, SegTitle
from wmhseg.io.volume import Volume
from wmhseg.io.write_volume import write_image
from wmhseg.io.writing import replacing, utf8
from wmhseg.segmentation.make_dicom import dicom_identity

JSON, VOLUMES = "change.json", "volumes.tsv"
MADE_FROM = "made_from"


def pairs_of(count: int) -> tuple[tuple[int, int], ...]:
    """Return what is compared, from 0: each time with the next, and the first with the last."""
    return (*((index, index + 1) for index in range(count - 1)), *(((0, count - 1),) if count > 2 else ()))


def write_change(
    folder: Path,
    times: Sequence[TimePoint],
    comparisons: Sequence[Comparison],
    source: list[dict[str, Any]],
) -> None:
    """Write all files, or none where one cannot be written; change.json is the last.

    Args:
        folder: Where to.
        times: In order.
        comparisons: Of the pairs that `pairs_of` names.
        source: What decides over the result.

    Raises:
        OutputError: A file cannot be written.
    """
    images: dict[str, Volume] = {}
    others: dict[str, bytes] = {}
    for number, one in enumerate(times, start=1):
        images[f"{number}_wmh.nii.gz"] = one.measured.result.mask
        others |= _seg(f"{number}_wmh.dcm", one, one.measured.result.mask, WMH_TITLE)
    for (first, second), comparison in zip(pairs_of(len(times)), comparisons, strict=True):
        name, later = f"{first + 1}-{second + 1}", times[second]
        new = only(later, comparison, 1)
        images[f"{name}_new.nii.gz"] = new
        images[f"{name}_gone.nii.gz"] = only(times[first], comparison, 0)
        others |= _seg(f"{name}_new.dcm", later, new, NEW_WMH_TITLE, times[first].key)
    values = {**change_values(times, comparisons), MADE_FROM: source}
    others["change.tsv"] = utf8(lesion_table(comparisons))
    others[VOLUMES] = utf8(volume_table(comparisons))
    others["change.html"] = utf8(change_page(times, comparisons))
    with ExitStack() as all_or_none:
        # The first is renamed last: a change.json that is there means that the run is complete.
        text = json.dumps(values, indent=2) + "\n"
        all_or_none.enter_context(replacing(folder / JSON)).write_bytes(text.encode())
        for name, data in others.items():
            all_or_none.enter_context(replacing(folder / name)).write_bytes(data)
        for name, image in images.items():
            write_image(all_or_none.enter_context(replacing(folder / name)), image)


def only(one: TimePoint, comparison: Comparison, time: int) -> Volume:
    """Return the mask, on a time's own grid, of the lesions that surely are its alone (uint8 0/1).

    Args:
        one: The time.
        comparison: What became of its lesions.
        time: 0 for the first time, whose lesions are gone; 1 for the second, whose lesions are new.
    """
    kind = Kind.NEW if time else Kind.GONE
    chosen = [
        n
        for lesion in comparison.lesions
        if lesion.kind is kind and lesion.sure
        for n in lesion.numbers[time]
    ]
    labels = one.measured.labels
    return Volume(np.isin(labels.array, chosen).astype(np.uint8), labels.grid)


def _seg(name: str, one: TimePoint, mask: Volume, title: SegTitle, other: str = "") -> dict[str, bytes]:
    """Return the mask as a DICOM Segmentation; nothing where the input was no series."""
    if one.source is None:
        return {}
    made = one.measured.findings.provenance
    identity = f"{dicom_identity(made)} {other}".strip()
    return {name: to_dicom_seg(mask.array, one.source, made.weights_name, identity, title)}
