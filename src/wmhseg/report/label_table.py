"""The names and colours of the label image's values, as BIDS has them (`dseg.tsv`)."""

from wmhseg.anatomy.region import REGION_LABELS


def label_table() -> str:
    """Return the table: index, name, abbreviation, color (BIDS 1.10, image-derived segmentations)."""
    lines = ["index\tname\tabbreviation\tcolor"]
    for label in REGION_LABELS:
        colour = "#{:02x}{:02x}{:02x}".format(*label.rgb)
        lines.append(f"{label.index}\t{label.name}\t{label.abbreviation}\t{colour}")
    return "".join(line + "\n" for line in lines)
