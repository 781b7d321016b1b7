"""docs/reference/variants.md: what was done, and the table."""

import os

from scan_variants.table import Row, markdown, verdict
from scan_variants.variant import Kind
from wmhseg.model.manifest import Manifest

_TEXT = """# Any scan a hospital has

`{command} --markdown docs/reference/variants.md` (`make variants`)
made this page; CASES is the folder of labelled cases. {processors} CPU cores, {precision}. Weights: `{name}`,
SHA-256 {weights}.

**{verdict}.**

Each variant is made of a real case, as files. They are read, registered, prepared, segmented and finished by
the functions behind `wmhseg segment`, with its default options. The mask is compared with that of the case as
it is, the plain run:

- **By position, on the coarser voxels.** A coarser voxel holds WMH where at least half of it does. Where the
  plain voxels are as large or larger, the variant's mask is interpolated linearly at them and counts from 0.5
  on; at the same places that is the mask itself. Only where a header was moved on purpose (turned, moved,
  axes off right angles) masks are compared voxel by voxel.
- **On plain voxels**, where the variant's are larger: the Dice of its mask interpolated back, and what the
  plain mask itself would reach, stored on the variant's voxels and brought back in the same way.
- **Inside the common field of view**, where some of it was cut. "plain ml" is the plain mask's volume there.
- **Same input.** Slices that the network was shown in an earlier run of this table, bit for bit, are not
  computed again; "same" says so. {same} of {total} are: their Dice tests the way to the slices and back.
- Dice says how steady the answer is, not how right: that is in [the model card](../../weights/README.md), and
  these cases are among those that the weights were trained on.

| kind | what was done | Dice asked for |
|---|---|---|
{kinds}

Resampling is by cubic B-splines; longer voxels see a Gaussian profile whose full width at half maximum is
their length. "T1 displaced" is by its header.

"""
_DONE = {
    Kind.REORDERED: "other order and direction of axes, other position of the same voxels",
    Kind.FORMAT: "other file format or header",
    Kind.RESCALED: "other intensity scale, offset or number type",
    Kind.PADDED: "zeros around the head",
    Kind.CROPPED: "smaller field of view",
    Kind.RESAMPLED: "other voxels, other angulation, T1 elsewhere or on another grid",
    Kind.LOST: "thicker slices, fewer slices, thick slices cut askew, no T1",
}


def page(rows: list[Row], command: str, manifest: Manifest, precision: str) -> str:
    """Return the page.

    Args:
        rows: All rows.
        command: What made them.
        manifest: The weights.
        precision: Arithmetic of the network.
    """
    kinds = [
        f"| {kind.label} | {done} | {'none' if kind.required is None else format(kind.required, '.2f')} |"
        for kind, done in _DONE.items()
    ]
    text = _TEXT.format(
        command=command,
        processors=os.cpu_count(),
        precision=precision,
        name=manifest.name,
        weights=", ".join(f"`{member.sha256}`" for member in manifest.members),
        verdict=verdict(rows),
        same=sum(row.same_input for row in rows),
        total=len(rows),
        kinds="\n".join(kinds),
    )
    return text + markdown(rows) + "\n"
