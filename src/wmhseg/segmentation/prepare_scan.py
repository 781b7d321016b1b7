"""From a scan to what the network sees of it, and the way back."""

from dataclasses import dataclass, replace
from pathlib import Path

from wmhseg.imaging.geometry import (
    Reorientation,
    in_plane_grid,
    resample,
    resample_slices,
    smooth_for,
    to_axial_lps,
)
from wmhseg.io.volume import Grid, Volume
from wmhseg.recipe import Recipe
from wmhseg.segmentation.preprocess import Windows, blur_across, cut_windows
from wmhseg.segmentation.read_scan import Scan, ScanNames, read_scan
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions


@dataclass(frozen=True)
class Way:
    """The way from the FLAIR's own grid to the working grid, to be gone back.

    Attributes:
        reorientation: What brought the FLAIR to `axial_grid`; None when it was left as given.
        axial_grid: The FLAIR's own grid after reorientation, before in-plane resampling.
        working_grid: The grid that the slices are cut from.
    """

    reorientation: Reorientation | None
    axial_grid: Grid
    working_grid: Grid


@dataclass(frozen=True)
class PreparedScan:
    """A scan that waits for the network; it can be handed to another process.

    Attributes:
        scan: The images on their own grids, and what its user should know.
        windows: The slices that the network sees.
        way: What lies between the two.
    """

    scan: Scan
    windows: Windows
    way: Way

    @property
    def t1_used(self) -> bool:
        """Tell whether the network sees a T1."""
        return self.scan.t1 is not None


def prepare_files(
    flair_path: Path, t1_path: Path | None, recipe: Recipe, options: InputOptions, watch: Stopwatch
) -> PreparedScan:
    """Read a scan's files and prepare it; books the laps "read" and "prepare".

    Raises:
        InputError: An image is missing, unreadable or unfit, or the recipe needs a T1.
        RegistrationError: The T1 that is required cannot be registered.
        BrainMaskError: No head or brain was found; the file is named.
    """
    scan = read_scan(flair_path, t1_path, options)
    watch.lap("read")
    with ScanNames.of(flair_path, t1_path).in_errors():
        prepared = prepare_scan(scan, recipe)
    watch.lap("prepare")
    return prepared


def prepare_scan(scan: Scan, recipe: Recipe) -> PreparedScan:
    """Do what comes before the network.

    Args:
        scan: The images; the T1 on any grid, brought onto the FLAIR's by its header.
        recipe: The recipe that the network was trained with.

    Raises:
        BrainMaskError: No head or brain was found.
        InputError: The recipe needs a T1 and there is none.
    """
    working, way = to_working_grid(scan, recipe)
    return PreparedScan(scan, windows_of(working, recipe), way)


def to_working_grid(scan: Scan, recipe: Recipe) -> tuple[Scan, Way]:
    """Bring T1 onto the FLAIR's grid, both to axial LPS and to the recipe's in-plane spacing."""
    flair, t1 = scan.flair, scan.t1
    if t1 is not None and not t1.grid.same_as(flair.grid):
        t1 = resample(smooth_for(t1, flair.grid), flair.grid, outside=float(t1.array.min()))
    reorientation = None
    if recipe.axial_lps:
        flair, reorientation = to_axial_lps(flair)
        t1 = None if t1 is None else Volume(reorientation.apply(t1.array), flair.grid)
    axial_grid = flair.grid
    if recipe.spacing_range_mm is not None:
        grid = in_plane_grid(axial_grid, recipe.spacing_range_mm, recipe.target_spacing_mm)
        if grid != axial_grid:
            flair, t1 = resample_slices(flair, grid), None if t1 is None else resample_slices(t1, grid)
    return replace(scan, flair=flair, t1=t1), Way(reorientation, axial_grid, flair.grid)


def windows_of(working: Scan, recipe: Recipe) -> Windows:
    """Return the slices of a scan that is on the working grid already; errors as in `prepare_scan`."""
    spacing = working.flair.grid.spacing_mm
    t1 = None if working.t1 is None else working.t1.array
    windows = cut_windows(working.flair.array, t1, (spacing[1], spacing[0]), recipe)
    return blur_across(windows, spacing[2], recipe.min_profile_mm)
