"""What an experiment hands back, and its way to the disk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wmhseg.experiments.table import Table, write_table
from wmhseg.io.writing import make_folder, replacing, write_json, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUMMARY = "README.md"
_RECORD = "outcome.json"
_DPI = 110


@dataclass(frozen=True)
class Picture:
    """A figure to write.

    Attributes:
        name: Of its files.
        caption: One line.
        figure: What to draw.
    """

    name: str
    caption: str
    figure: "Figure"


@dataclass(frozen=True)
class ExperimentResult:
    """Tables and figures of one experiment.

    Attributes:
        title: What was tried.
        source: Where the paper has it.
        tables: At least one.
        pictures: At least one.
    """

    title: str
    source: str
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...]


def write_result(result: ExperimentResult, folder: Path, note: str) -> None:
    """Write tables (CSV, Markdown) and figures (PNG, SVG) of an experiment.

    Args:
        result: What to write.
        folder: Made if need be.
        note: What the cases are; stands in every table and figure.

    Raises:
        OutputError: A file cannot be written.
    """
    make_folder(folder)
    for table in result.tables:
        write_table(table, folder, note)
    for picture in result.pictures:
        picture.figure.suptitle(f"{picture.caption}\n({note})", fontsize=9)
        for suffix in (".png", ".svg"):
            with replacing(folder / f"{picture.name}{suffix}") as temporary:
                picture.figure.savefig(temporary, dpi=_DPI)
            # Laid out by now: once more would cost a second and change nothing.
            picture.figure.set_layout_engine("none")
    record = {
        "title": result.title,
        "source": result.source,
        "note": note,
        "tables": [[table.name, table.title] for table in result.tables],
        "pictures": [[picture.name, picture.caption] for picture in result.pictures],
    }
    write_json(folder / _RECORD, record, indent=1)


def write_summary(output: Path, names: Sequence[str]) -> None:
    """Write OUTPUT/README.md: all tables and figures that are there, with the tables' contents.

    Args:
        output: Holds a folder per experiment.
        names: Of the experiments, in order; those not run yet are left out.

    Raises:
        OutputError: The file cannot be written.
    """
    lines = ["# Experiments", ""]
    for name in names:
        path = output / name / _RECORD
        if not path.is_file():
            continue
        record = json.loads(path.read_text(encoding="utf-8"))
        lines += [f"## {record['title']} ({record['source']})", "", f"Cases: {record['note']}.", ""]
        for table, _ in record["tables"]:
            body = (output / name / f"{table}.md").read_text(encoding="utf-8").split("\n\n")[:2]
            lines += [body[0], "", body[1], "", f"[CSV]({name}/{table}.csv)", ""]
        for picture, caption in record["pictures"]:
            lines += [f"![{caption}]({name}/{picture}.png)", "", f"[SVG]({name}/{picture}.svg)", ""]
    write_text(output / SUMMARY, "\n".join(lines).rstrip() + "\n")
