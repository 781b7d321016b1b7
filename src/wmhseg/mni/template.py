"""The template: ICBM 152 2009a, nonlinear, symmetric (Fonov et al., NeuroImage 2011;54:313)."""

from dataclasses import dataclass
from importlib.resources import as_file, files

from wmhseg.io.volume import Grid, Volume, read_volume

# Its name in BIDS.
SPACE = "MNI152NLin2009aSym"
# That of the published images; in LPS, x and y run backwards.
GRID = Grid(
    size_xyz=(197, 233, 189),
    spacing_mm=(1.0, 1.0, 1.0),
    origin_mm=(98.0, 134.0, -72.0),
    direction=(-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0),
)
SHADES, T1 = "shades.nii.gz", "t1.nii.gz"
# Of the stored files, uint8.
FULL = 255.0


@dataclass(frozen=True)
class Template:
    """The template at 2 mm.

    Attributes:
        shades: Its tissues (see `composite`), 0 to 1.
        t1: Its T1 inside the brain, 0 to 1.
    """

    shades: Volume
    t1: Volume


def read_template() -> Template:
    """Read the template that comes with the program."""
    return Template(_read(SHADES), _read(T1))


def _read(name: str) -> Volume:
    with as_file(files(__package__) / "data" / name) as path:
        stored = read_volume(path)
    return Volume(stored.array / FULL, stored.grid)
