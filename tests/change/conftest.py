"""A drawn person at two times: moved, one lesion new and one gone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from wmhseg.cli import main
from wmhseg.io.volume import Grid, Volume

Place = tuple[tuple[float, float, float], float]
SHIFT_MM = (4.0, -3.0, 5.0)
TURN_DEG = (2.0, -3.0, 5.0)
NEW: Place = ((20.0, 28.0, 22.0), 7.0)
GONE: Place = ((-22.0, 20.0, 14.0), 7.0)


@dataclass(frozen=True)
class Person:
    """Folders of two scans, and that of the results of `wmhseg change` of both, in either order."""

    first: Path
    second: Path
    forward: Path
    backward: Path


def repaint(volume: Volume, where: NDArray[np.float64], place: Place, value: float) -> Volume:
    """Return a volume with a ball of one value at a place of the head."""
    centre, radius = place
    inside = np.linalg.norm(where - centre, axis=-1) < radius
    return Volume(np.where(inside, np.float32(value), volume.array), volume.grid)


@pytest.fixture(scope="session")
def person(
    tmp_path_factory: pytest.TempPathFactory,
    make_head: Callable[..., Any],
    make_grid: Callable[..., Grid],
    voxel_positions_mm: Callable[[Grid], NDArray[np.float64]],
    save_scan: Callable[[Path, Volume], None],
    make_fake_ensemble: Callable[[], Any],
    weights_folder: Path,
) -> Iterator[Person]:
    root = tmp_path_factory.mktemp("person")
    turn = Rotation.from_euler("xyz", TURN_DEG, degrees=True).as_matrix()
    grids = make_grid(), make_grid((150, 160, 28), (1.0, 1.0, 5.5), tuple(turn.ravel().tolist()))
    for name, grid, shift in (("a", grids[0], (0, 0, 0)), ("b", grids[1], SHIFT_MM)):
        head = make_head(grid, shift_mm=shift)
        where = voxel_positions_mm(grid) - np.asarray(shift)
        flair = head.flair
        if name == "b":
            flair = repaint(flair, where, NEW, 280.0)
            flair = repaint(flair, where, (GONE[0], GONE[1] + 1.5), 105.0)
        (root / name).mkdir()
        save_scan(root / name / "FLAIR.nii.gz", flair)
        save_scan(root / name / "T1.nii.gz", head.t1)
    with pytest.MonkeyPatch.context() as patch:
        fake = make_fake_ensemble()
        patch.setattr("wmhseg.model.ensemble_loader.load_ensemble", fake.load)
        for start in ("start_keras", "start_litert"):
            patch.setattr(f"wmhseg.model.ensemble_loader.{start}", lambda: None)
        found = Person(root / "a", root / "b", root / "ab", root / "ba")
        for order, output in (("ab", found.forward), ("ba", found.backward)):
            scans = [str(root / name) for name in order]
            words = ["change", *scans, "--output", str(output), "--weights", str(weights_folder)]
            assert main([*words, "-q"]) == 0
    yield found
