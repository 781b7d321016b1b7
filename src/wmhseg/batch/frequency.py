"""The frequency map of a cohort, from its scans' masks in MNI space."""

import io
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from wmhseg.batch.cohort_rows import CohortRow
from wmhseg.batch.jobs import MAP, MAP_PICTURE, MAP_SIDECAR
from wmhseg.errors import InputError
from wmhseg.io.files import few, read_json
from wmhseg.io.volume import Volume, read_mask
from wmhseg.io.write_volume import write_volume
from wmhseg.io.writing import remove_file, write_bytes, write_json
from wmhseg.mni.frequency import frequency_map, require_template_grid
from wmhseg.mni.template import SPACE, read_template
from wmhseg.report.frequency_picture import frequency_picture

log = logging.getLogger("wmhseg")


def write_frequency(rows: Sequence[CohortRow], output: Path) -> None:
    """Write the map, what it is made from and its picture; without a scan in MNI space, remove an old one.

    Masks that cannot be used are left out, with a warning; if none is left, an old map stays.

    Raises:
        OutputError: One cannot be written.
    """
    done = [row for row in rows if not row.error]
    if all(row.mni is None for row in done):
        _remove(output)
        return
    used: list[str] = []
    try:
        share = frequency_map(_masks(done, used))
    except InputError as error:
        log.warning("%s; an earlier one stays as it is", error)
        return
    left_out = [row.job.name for row in done if row.job.name not in used]
    fields = {
        "Description": "Share of scans with white matter hyperintensity in each voxel, 0 to 1",
        "Space": SPACE,
        "Scans": len(used),
        "Sources": used,
        "LeftOut": left_out,
    }
    write_volume(output / MAP, share)
    write_json(output / MAP_SIDECAR, fields)
    buffer = io.BytesIO()
    frequency_picture(share, read_template().t1, len(used)).save(buffer, "PNG")
    write_bytes(output / MAP_PICTURE, buffer.getvalue())
    log.info("frequency map of %d of %d scans: %s", len(used), len(rows), output / MAP)
    if left_out:
        log.warning("%d scan(s) are not in the frequency map: %s", len(left_out), few(left_out))


def _masks(rows: Sequence[CohortRow], used: list[str]) -> Iterator[Volume]:
    """Yield the masks in MNI space that can be used, and note their scans' names."""
    for row in rows:
        if row.mni is None:
            continue
        path = row.job.files.mni[0]
        try:
            mask = read_mask(path)
            require_template_grid(mask, str(path))
        except InputError as error:
            log.warning("%s", error)
            continue
        used.append(row.job.name)
        yield mask


def _remove(output: Path) -> None:
    # Files of these names may be somebody else's.
    if (read_json(output / MAP_SIDECAR) or {}).get("Space") == SPACE:
        for name in (MAP, MAP_PICTURE, MAP_SIDECAR):
            remove_file(output / name)
