"""The lesions as a table: one row each, largest first."""

from wmhseg.io.tsv import text_of
from wmhseg.report.findings import Findings
from wmhseg.report.region_columns import PLACE_COLUMNS


def lesion_tsv(findings: Findings) -> str:
    """Return the table: as in the JSON report, with the centre in three columns."""
    names = ["label", "volume_ml", "voxels", "right_mm", "anterior_mm", "superior_mm", "mean_probability"]
    rows = findings.lesion_dicts()
    names += PLACE_COLUMNS if findings.anatomy else ()
    lines = ["\t".join(names)]
    for row in rows:
        centre = zip(("right_mm", "anterior_mm", "superior_mm"), row["centre_ras_mm"], strict=True)
        values = {**row, **dict(centre)}
        lines.append("\t".join(text_of(values[name]) for name in names))
    return "".join(line + "\n" for line in lines)
