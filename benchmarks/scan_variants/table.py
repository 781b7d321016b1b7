"""Rows of the table, as lines of text while they are made and as Markdown at the end."""

from dataclasses import dataclass

from scan_variants.variant import Kind


@dataclass(frozen=True)
class Row:
    """What became of one variant of one case.

    Attributes:
        variant: Its name.
        case: The case it was made of.
        kind: What is asked of it.
        dice: Against the plain run, on the coarser voxels; None when the run failed.
        back: Where this variant's voxels are the coarser ones: Dice on the plain voxels, and at best.
        plain_ml: WMH of the plain run inside the common field of view.
        variant_ml: WMH of this run.
        same_input: The network was shown the very slices of an earlier run.
        notes: Warnings and errors.
    """

    variant: str
    case: str
    kind: Kind
    dice: float | None
    back: tuple[float, float] | None
    plain_ml: float
    variant_ml: float
    same_input: bool
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool | None:
        """Tell whether the Dice is what was asked for; None where nothing was."""
        if self.kind.required is None and self.dice is not None:
            return None
        return self.dice is not None and self.dice >= (self.kind.required or 0)

    @property
    def cells(self) -> list[str]:
        """Return its cells in the order of `COLUMNS`."""
        dice = "failed" if self.dice is None else f"{self.dice:.3f}"
        required = "" if self.kind.required is None else f"{self.kind.required:.2f}"
        verdict = {True: "pass", False: "**FAIL**", None: ""}[self.passed]
        back = "" if self.back is None else "{:.3f} of {:.3f}".format(*self.back)
        volumes = [f"{self.plain_ml:.2f}", f"{self.variant_ml:.2f}"]
        same = "same" if self.same_input else ""
        return [
            self.variant, self.case, self.kind.label, dice, required, verdict, back, *volumes, same,
            "; ".join(self.notes),
        ]  # fmt: skip


COLUMNS = [
    "variant", "case", "kind", "Dice", "required", "", "on plain voxels", "plain ml", "ml", "network's input",
    "said",
]  # fmt: skip
_WIDTHS = [52, 14, 16, 6, 8, 8, 15, 8, 7, 15, 0]


def line(cells: list[str]) -> str:
    """Return one line of text."""
    return " ".join(f"{cell:{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def markdown(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [COLUMNS, ["---"] * 3 + ["---:"] * 2 + ["---"] * 2 + ["---:"] * 2 + ["---"] * 2]
    lines += [row.cells for row in rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |" for cells in lines)


def verdict(rows: list[Row]) -> str:
    """Return the summary in one line."""
    asked = [row for row in rows if row.passed is not None]
    failed = [row for row in asked if not row.passed]
    names = "; ".join(f"{row.variant} ({row.case})" for row in failed)
    return f"{len(rows)} variants, {len(asked)} with a Dice to reach: {len(failed)} failed" + (
        f": {names}" if failed else ""
    )
