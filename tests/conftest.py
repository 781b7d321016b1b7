"""Fixtures for all tests: a synthetic head on any grid, and the folder of real scans."""

import json
import locale
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure
from wmhseg.imaging.geometry import resample
from wmhseg.io.volume import Grid, Volume
from wmhseg.mni.template import GRID, SPACE
from wmhseg.mni.to_mni import InMni, MniFindings
from wmhseg.model.manifest import PAPER_WIDTHS, Manifest, Member, verify, write_manifest
from wmhseg.model.provenance import HashedFile
from wmhseg.recipe import DEFAULT
from wmhseg.segmentation.anatomist import Anatomist
from wmhseg.segmentation.prepare_scan import PreparedScan
from wmhseg.settings import Settings

ROOT = Path(__file__).parents[1]
# As quiet_stderr does; tests import Keras in any order.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

# GDCM's writer (not its reader) resets the process's locale, which other tests' output depends on.
LOCALE = locale.setlocale(locale.LC_ALL)

SLOW = (
    *("training/", "experiments/", "synthesis/", "sample/", "benchmarks/", "examples/"),
    *(
        "model/test_ensemble",
        "model/test_import_weights",
        "imaging/test_registration",
        "imaging/test_quality",
    ),
)

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

# Semi-axes x, y, z in mm, about the world's origin; each shell lies inside the one before.
SCALP_MM, SKULL_MM, CSF_MM, CORTEX_MM, WHITE_MM = (
    (64.0, 77.0, 76.0),
    (59.0, 72.0, 71.0),
    (55.0, 68.0, 67.0),
    (53.0, 66.0, 65.0),
    (48.0, 61.0, 60.0),
)
VENTRICLES_MM = (9.0, 24.0, 14.0)
# Centre and radius of each lesion (LPS, mm): larger and smaller, left and right, low and high.
LESIONS_MM = (((24.0, -18.0, 8.0), 9.0), ((-22.0, 20.0, 14.0), 7.0), ((-26.0, -24.0, -18.0), 8.0))

# Shells from outside in, then ventricles and lesions. Raw intensities as from a scanner, any scale.
FLAIR_VALUES = (110.0, 20.0, 40.0, 115.0, 105.0, 35.0, 280.0)
T1_VALUES = (220.0, 25.0, 45.0, 110.0, 160.0, 40.0, 120.0)


@dataclass(frozen=True)
class Head:
    """A synthetic case: both images and the lesions, on one grid.

    Attributes:
        flair: float32, noise included.
        t1: float32, noise included.
        truth: uint8, 1 where a voxel's centre lies in a lesion.
    """

    flair: Volume
    t1: Volume
    truth: Volume


def positions_mm(grid: Grid) -> NDArray[np.float64]:
    """Return the LPS position of each voxel centre, (Z, Y, X, 3)."""
    z, y, x = np.indices(grid.shape_zyx, dtype=float)
    steps = np.stack([x, y, z], axis=-1) * grid.spacing_mm
    return steps @ np.asarray(grid.direction).reshape(3, 3).T + grid.origin_mm


def centred_grid(
    size_xyz: tuple[int, int, int] = (128, 144, 24),
    spacing_mm: tuple[float, float, float] = (1.15, 1.15, 6.0),
    direction: tuple[float, ...] = IDENTITY,
) -> Grid:
    """Return a grid whose centre lies at the world's origin, so at the centre of the head."""
    middle = (np.asarray(size_xyz) - 1) / 2 * spacing_mm
    x, y, z = -np.asarray(direction).reshape(3, 3) @ middle
    return Grid(size_xyz, spacing_mm, (float(x), float(y), float(z)), direction)


def synthetic_head(
    grid: Grid,
    *,
    stripped: bool = False,
    noise: float = 3.0,
    shift_mm: tuple[float, float, float] = (0, 0, 0),
) -> Head:
    """Draw the head on a grid; the same grid gives the same voxels.

    Args:
        grid: Any spacing and direction.
        stripped: Leave out everything outside the brain (0 there, without noise).
        noise: Standard deviation of the noise; about tissue values of 20-260.
        shift_mm: Where the head's centre lies.
    """
    where = positions_mm(grid) - np.asarray(shift_mm)
    shells = [SCALP_MM, SKULL_MM, CSF_MM, CORTEX_MM, WHITE_MM, VENTRICLES_MM]
    inside = [_fraction(where, axes) for axes in shells]
    lesions = [_fraction(where - centre, (radius,) * 3) for centre, radius in LESIONS_MM]
    inside.append(np.max(lesions, axis=0))
    # Tissue is not flat: without a slow change the spread inside the head would be the noise alone.
    x, y, z = np.moveaxis(where, -1, 0)
    tissue = 1 + 0.25 * np.sin(x / 11) * np.cos(y / 13) * np.cos(z / 29)
    rng = np.random.default_rng(2018)
    images = []
    for values in (FLAIR_VALUES, T1_VALUES):
        image = np.full(grid.shape_zyx, 5.0)
        for fraction, value in zip(inside, values, strict=True):
            image += fraction * (value - image)
        image *= tissue
        image += rng.normal(0, noise, image.shape)
        if stripped:
            image = np.where(inside[3] >= 0.5, image, 0.0)
        images.append(Volume(image.astype(np.float32), grid))
    truth = Volume((inside[-1] > 0.5).astype(np.uint8), grid)
    return Head(images[0], images[1], truth)


def _fraction(where: NDArray[np.float64], semi_axes_mm: tuple[float, ...]) -> NDArray[np.float64]:
    """Return 1 inside an ellipsoid, 0 outside, with an edge of about 1 mm."""
    radius = np.sqrt(np.sum((where / semi_axes_mm) ** 2, axis=-1))
    return np.clip(0.5 + (1 - radius) * min(semi_axes_mm), 0, 1)


@pytest.fixture(scope="session")
def make_head() -> Callable[..., Head]:
    """`synthetic_head`, for tests that choose the grid."""
    return synthetic_head


@pytest.fixture(scope="session")
def make_grid() -> Callable[..., Grid]:
    """`centred_grid`, for tests that choose size, spacing or direction."""
    return centred_grid


@pytest.fixture(scope="session")
def voxel_positions_mm() -> Callable[[Grid], NDArray[np.float64]]:
    """`positions_mm`, the independent way from voxels to the world."""
    return positions_mm


@pytest.fixture(scope="session")
def head() -> Head:
    """A whole head: 24 axial LPS slices of 144 x 128 pixels, 1.15 x 1.15 x 6 mm."""
    return synthetic_head(centred_grid())


@pytest.fixture(scope="session")
def stripped_head() -> Head:
    """The same without anything outside the brain."""
    return synthetic_head(centred_grid(), stripped=True)


def _real_data() -> Path:
    return Path(os.environ.get("WMHSEG_REAL_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real scans; only for tests marked `real`."""
    return _real_data()


@pytest.fixture(autouse=True)
def fresh_logger() -> None:
    """As after import: heard by caplog, whatever the command line set up in another test."""
    logger = logging.getLogger("wmhseg")
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-fast` leaves out: networks that are trained, heads that are drawn.

    They come first: a long file at the end keeps one process busy and the others idle.
    """
    for item in items:
        place = item.path.relative_to(ROOT / "tests").as_posix()
        if place.startswith(SLOW):
            item.add_marker("slow")
    first = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in first)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip tests whose real scans or tools are missing; with WMHSEG_STRICT=1 (.ci/run) they must run."""
    locale.setlocale(locale.LC_ALL, LOCALE)
    if item.get_closest_marker("real") is not None and not (_real_data() / "cases").is_dir():
        _skip_or_fail(f"no real scans in {_real_data()}; set WMHSEG_REAL_DATA to a folder that holds cases/")
    for marker in item.iter_markers("tools"):
        for name in marker.args:
            if shutil.which(name) is None:
                _skip_or_fail(f"no {name}; make tools installs it on Debian")


def _skip_or_fail(reason: str) -> None:
    if os.environ.get("WMHSEG_STRICT"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _save_scan(path: Path, volume: Volume) -> None:
    """Write with nibabel, qform and sform set."""
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(volume.grid.direction).reshape(3, 3) * volume.grid.spacing_mm
    affine[:3, 3] = volume.grid.origin_mm
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
    image = nib.Nifti1Image(volume.array.transpose(2, 1, 0), affine)
    image.set_qform(affine, 1)
    image.set_sform(affine, 1)
    nib.save(image, path)


@pytest.fixture(scope="session")
def save_scan() -> Callable[[Path, Volume], None]:
    """`_save_scan`, a way to files that shares no code with the program."""
    return _save_scan


@pytest.fixture(scope="session")
def scan_folder(tmp_path_factory: pytest.TempPathFactory, head: Head) -> Path:
    """A folder with the synthetic head as FLAIR.nii.gz and T1.nii.gz."""
    folder = tmp_path_factory.mktemp("scan")
    _save_scan(folder / "FLAIR.nii.gz", head.flair)
    _save_scan(folder / "T1.nii.gz", head.t1)
    return folder


@pytest.fixture(scope="session")
def weights_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest of the default recipe with one member that is no network."""
    folder = tmp_path_factory.mktemp("weights")
    member = Member(folder / "member-0.weights.h5", "0" * 64, False, PAPER_WIDTHS, {})
    member.path.write_bytes(b"no network")
    write_manifest(folder, Manifest("fake", DEFAULT, (member,), {}))
    return folder


class FakeEnsemble:
    """WMH is where the first channel is very bright; counts its calls."""

    precision = "float32"

    def __init__(self) -> None:
        self.calls = 0
        self.verifies = False
        self.above = 5.5
        self.settings: Settings | None = None

    def load(self, manifest: Manifest, settings: Settings) -> "FakeEnsemble":
        """Stand in for the function that builds the real one."""
        self.settings = settings
        if self.verifies:
            verify(manifest.members[0])
        return self

    def predict(self, slices: NDArray[np.float32], **_: float) -> NDArray[np.float32]:
        """Return probability 0 or 1, (N, rows, columns)."""
        self.calls += 1
        return (slices[..., 0] > self.above).astype(np.float32)

    def predict_members(self, slices: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Return three members: the same, a stricter one and a laxer one."""
        return [
            self.predict(slices),
            (slices[..., 0] > self.above + 0.4).astype(np.float32),
            (slices[..., 0] > self.above - 0.4).astype(np.float32),
        ]


@pytest.fixture(scope="session")
def make_fake_ensemble() -> type[FakeEnsemble]:
    """`FakeEnsemble`, for fixtures that live longer than a test."""
    return FakeEnsemble


@pytest.fixture
def fake_ensemble(monkeypatch: pytest.MonkeyPatch) -> FakeEnsemble:
    """Run the program without a network."""
    fake = FakeEnsemble()
    monkeypatch.setattr("wmhseg.model.ensemble_loader.load_ensemble", fake.load)
    for start in ("start_keras", "start_litert"):
        monkeypatch.setattr(f"wmhseg.model.ensemble_loader.{start}", lambda: None)
    return fake


def drawn_structures(grid: Grid) -> Volume:
    """The structures of `synthetic_head`, from its shells; its one ventricle lies in the middle."""
    where = positions_mm(grid)
    shells = (
        (CSF_MM, Structure.CSF),
        (CORTEX_MM, Structure.CORTEX),
        (WHITE_MM, Structure.WHITE_MATTER),
        (VENTRICLES_MM, Structure.VENTRICLES),
    )
    found = np.zeros(grid.shape_zyx, np.uint8)
    for semi_axes, structure in shells:
        found[_fraction(where, semi_axes) > 0.5] = structure
    return Volume(found, grid)


@pytest.fixture
def fake_anatomy(monkeypatch: pytest.MonkeyPatch) -> HashedFile:
    """Find the structures of the drawn head without a network; the weights that it is said to have."""
    weights = HashedFile("anatomy.weights.h5", "a" * 64)
    anatomist = Anatomist(weights, DEFAULT, lambda prepared: drawn_structures(prepared.scan.flair.grid))
    monkeypatch.setattr("wmhseg.segmentation.anatomist.load_anatomist", lambda *_: anatomist)
    monkeypatch.setattr("wmhseg.segmentation.anatomist.anatomy_weights", lambda: weights)
    return weights


@pytest.fixture
def no_ventricles(fake_anatomy: HashedFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Find white matter everywhere, and nothing else."""

    def only_white(prepared: PreparedScan) -> Volume:
        grid = prepared.scan.flair.grid
        return Volume(np.full(grid.shape_zyx, Structure.WHITE_MATTER, np.uint8), grid)

    anatomist = Anatomist(fake_anatomy, DEFAULT, only_white)
    monkeypatch.setattr("wmhseg.segmentation.anatomist.load_anatomist", lambda *_: anatomist)


@pytest.fixture
def fake_mni(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bring results to MNI space by their headers alone: the drawn head lies about the world's origin."""

    def by_header(structures: Volume, mask: Volume, probability: Volume) -> InMni:
        there = resample(mask, GRID).array >= 0.5
        findings = MniFindings(SPACE, float(there.sum()) / 1000, 0.9, 0.0)
        return InMni(Volume(there.astype(np.uint8), GRID), resample(probability, GRID), findings)

    monkeypatch.setattr("wmhseg.segmentation.group_study.bring_to_mni", by_header)


@pytest.fixture
def no_lesions(fake_ensemble: FakeEnsemble) -> None:
    """Let the fake ensemble find nothing."""
    fake_ensemble.above = 1e9


BROWSER_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1100,1400",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Debian's chromium, for tests that are marked with the tools chromium and chromedriver."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*BROWSER_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: Any, file: Path) -> Any:
    """The browser, with the page open that a module's fixture `file` wrote."""
    browser.get(file.as_uri())
    return browser


@pytest.fixture
def requested(browser: Any) -> Callable[[], list[str]]:
    """Return the addresses that pages asked for since the last call, but for data within a page."""

    def since_last() -> list[str]:
        messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
        sent = [one["params"] for one in messages if one["method"] == "Network.requestWillBeSent"]
        urls = [one["request"]["url"] for one in sent]
        # The browser's own first page asks for chrome:.
        return [url for url in urls if not url.startswith(("data:", "chrome:"))]

    since_last()
    return since_last
