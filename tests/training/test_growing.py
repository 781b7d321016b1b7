"""Cases that join a run while it goes on: in order, without holes, and the same again."""

import json
import shutil
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.cli import main as wmhseg
from wmhseg.datasets.slices import SliceSet, load_slices, save_slices
from wmhseg.errors import InputError, OutputError, WmhsegError
from wmhseg.recipe import DEFAULT
from wmhseg.synthesis.generate import PARAMETERS, Request
from wmhseg.training import end_of_epoch
from wmhseg.training.config import FIRST
from wmhseg.training.files import DRAWN, STATE, WEIGHTS
from wmhseg.training.growing import Growing, beside_drawn
from wmhseg.training.train import export_runs, train

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
from network_reference import TINY

CONFIG = replace(
    FIRST, epochs=3, batch_size=2, batches_per_epoch=2, patch=40, learning_rate=1e-2, widths=TINY
)


def made_up(site: str, name: str, seed: int) -> SliceSet:
    rng = np.random.default_rng(seed)
    labels = np.zeros((2, 72, 72), np.uint8)
    labels[:, 20:32, 30:44] = 1
    images = 0.3 * rng.normal(size=(2, 72, 72, 2)) + 2 * (labels == 1)[..., np.newaxis]
    return SliceSet(site, name, images.astype(np.float16), labels)


def write(request: Request, number: int) -> None:
    """Write a case as a drawing process does."""
    folder = request.folder(number)
    save_slices(made_up("synthetic", folder.name.removeprefix("synthetic__"), number), request.output)
    (folder / PARAMETERS).write_text("{}")


class FakeProcesses:
    """Draws what it is told to, when it is told to; or `per_epoch` cases whenever it is asked for more."""

    def __init__(self) -> None:
        self.request: Request | None = None
        self.coming: dict[int, Future[str]] = {}
        self.workers = 0

    def start(
        self, request: Request, numbers: Sequence[int], workers: int
    ) -> tuple["FakeProcesses", list[Future[str]]]:
        self.request, self.workers = request, workers
        self.coming = {number: Future() for number in numbers}
        return self, list(self.coming.values())

    def finish(self, *numbers: int) -> None:
        for number in numbers:
            write(self.request, number)
            self.coming[number].set_result("")

    def shutdown(self, *, cancel_futures: bool) -> None:
        assert cancel_futures


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> FakeProcesses:
    fake = FakeProcesses()
    monkeypatch.setattr("wmhseg.synthesis.processes.start_drawing", fake.start)
    return fake


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    (tmp_path / "cases").mkdir()
    return Request((), (), tmp_path / "cases", 4, DEFAULT)


REAL = [made_up("a", "real", 99)]


def names(sets: list[SliceSet]) -> list[str]:
    return [one.name for one in sets]


def test_finished_cases_join_in_order_and_without_holes(
    request_: Request, processes: FakeProcesses, tmp_path: Path
) -> None:
    write(request_, 1)  # by an earlier run
    growing = Growing(REAL, request_, 6, 3, tmp_path / DRAWN)
    assert growing.joining(0) == []
    assert (processes.workers, sorted(processes.coming)) == (3, [0, 2, 3, 4, 5])
    processes.finish(0, 3)
    assert names(growing.joining(1)) == ["s4-00000", "s4-00001"]
    processes.finish(2, 4)
    assert names(growing.joining(2)) == ["s4-00002", "s4-00003", "s4-00004"]
    processes.finish(5)
    assert names(growing.joining(3)) == ["s4-00005"]
    assert growing.joining(4) == []
    assert json.loads((tmp_path / DRAWN).read_text()) == {"seed": 4, "cases_per_epoch": [0, 2, 5, 6, 6]}
    growing.close()


def test_recorded_epochs_take_as_many_again(
    request_: Request, processes: FakeProcesses, tmp_path: Path
) -> None:
    record = tmp_path / DRAWN
    record.write_text(json.dumps({"seed": 4, "cases_per_epoch": [1, 3]}))
    for number in range(5):
        write(request_, number)
    again = Growing(REAL, request_, 5, 1, record)
    assert [names(again.joining(epoch)) for epoch in range(3)] == [
        ["s4-00000"],
        ["s4-00001", "s4-00002"],
        ["s4-00003", "s4-00004"],
    ]
    record.write_text(json.dumps({"seed": 4, "cases_per_epoch": [1, 3]}))
    resumed = Growing(REAL, request_, 5, 1, record)
    assert names(resumed.joining(1)) == ["s4-00000", "s4-00001", "s4-00002"]
    with pytest.raises(InputError, match="expected the number of cases of 4 epochs, found 2"):
        resumed.joining(4)
    with pytest.raises(InputError, match="expected cases of seed 5, found 4; choose another folder"):
        Growing(REAL, replace(request_, seed=5), 5, 1, record)


@pytest.mark.parametrize("recorded", [None, [2]])
def test_waits_for_the_first_case_and_for_recorded_ones(
    request_: Request, processes: FakeProcesses, tmp_path: Path, recorded: list[int] | None
) -> None:
    if recorded:
        (tmp_path / DRAWN).write_text(json.dumps({"seed": 4, "cases_per_epoch": recorded}))
    growing = Growing([] if recorded is None else REAL, request_, 1, 1, tmp_path / DRAWN)
    later = threading.Timer(0.3, lambda: processes.finish(*range(len(processes.coming))))
    later.start()
    assert len(growing.joining(0)) == (1 if recorded is None else 2)
    later.join()


@pytest.mark.parametrize(
    ("problem", "kind", "said"),
    [
        (OutputError("disk full"), OutputError, "disk full"),
        (InputError("head.nii.gz: unreadable"), InputError, "head.nii.gz: unreadable"),
        (
            BrokenProcessPool(),
            WmhsegError,
            "ended by the system, .* fewer --workers, and run the command again",
        ),
    ],
)
def test_what_goes_wrong_in_a_process_ends_the_run(
    request_: Request,
    processes: FakeProcesses,
    tmp_path: Path,
    problem: Exception,
    kind: type[Exception],
    said: str,
) -> None:
    growing = Growing(REAL, request_, 3, 1, tmp_path / DRAWN)
    growing.joining(0)
    processes.coming[2].set_exception(problem)
    with pytest.raises(kind, match=said):
        growing.joining(1)


def test_what_lies_beside_drawn_cases_is_there_from_the_start(request_: Request) -> None:
    assert beside_drawn(replace(request_, output=request_.output / "new"), 3) == []
    for number in (0, 2, 3):
        write(request_, number)
    save_slices(made_up("synthetic", "s4-00002-hard", 0), request_.output)
    assert names(beside_drawn(request_, 3)) == ["s4-00002-hard", "s4-00003"]
    save_slices(REAL[0], request_.output)
    with pytest.raises(InputError, match="expected no real cases where drawn ones are written, found a/real"):
        beside_drawn(request_, 3)


def drawn_along(
    folder: Path, request: Request, processes: FakeProcesses, monkeypatch: pytest.MonkeyPatch, stop: int = 9
) -> None:
    """Train while two more cases are finished in every epoch; `stop`: interrupted at that epoch's end."""
    draw_curve = end_of_epoch.draw_curve

    def one_epoch_on(losses: list[float], path: Path) -> None:
        if len(losses) == stop:
            raise KeyboardInterrupt
        draw_curve(losses, path)
        processes.finish(*[n for n, one in processes.coming.items() if not one.done()][:2])

    growing = Growing([], request, 5, 1, folder / DRAWN)
    with monkeypatch.context() as patch:
        patch.setattr(end_of_epoch, "draw_curve", one_epoch_on)
        train(growing, CONFIG, folder)


def test_a_run_with_cases_that_join_ends_the_same_when_interrupted_and_when_repeated(
    request_: Request, processes: FakeProcesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(request_, 0)
    whole, again = tmp_path / "whole", tmp_path / "again"
    drawn_along(whole, request_, processes, monkeypatch)
    recorded = json.loads((whole / DRAWN).read_text())
    assert recorded == {"seed": 4, "cases_per_epoch": [1, 3, 5]}
    # All cases are finished by now.
    again.mkdir()
    shutil.copy(whole / DRAWN, again / DRAWN)
    with pytest.raises(KeyboardInterrupt):
        drawn_along(again, request_, processes, monkeypatch, stop=2)
    assert not (again / WEIGHTS).exists()
    drawn_along(again, request_, processes, monkeypatch)
    assert json.loads((again / DRAWN).read_text()) == recorded
    for found, expected in zip(weights_of(again), weights_of(whole), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)
    # With all of them from the start it ends elsewhere.
    train(load_slices(request_.output), CONFIG, tmp_path / "all")
    apart = [abs(a - b).max() for a, b in zip(weights_of(tmp_path / "all"), weights_of(whole), strict=True)]
    assert max(apart) > 1e-2
    assert json.loads((whole / STATE).read_text())["settings"]["drawn_seed"] == 4
    manifest = export_runs([whole], tmp_path / "ensemble", "drawn", DEFAULT)
    assert manifest.members[0].training["drawn_cases"] == recorded


def weights_of(folder: Path) -> list[np.ndarray]:
    from wmhseg.model.unet import build_unet

    model = build_unet(widths=TINY)
    model.load_weights(folder / WEIGHTS)
    return model.get_weights()


def test_the_command(
    processes: FakeProcesses,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    monkeypatch.setattr("wmhseg.training.train.train", lambda sets, *rest: seen.append((sets, rest)))
    for folder in ("heads", "lesions"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.nii.gz").write_bytes(b"")
    save_slices(REAL[0], tmp_path / "mine")
    material = ["--heads", str(tmp_path / "heads"), "--lesions", str(tmp_path / "lesions")]
    fit = ["train", "fit", str(tmp_path / "mine"), str(tmp_path / "run"), "--preset", "synthetic"]
    assert wmhseg([*fit, *material[:2]]) == 2
    assert "--heads, --lesions: expected both or neither" in capsys.readouterr().err
    assert wmhseg([*fit[:-1], "paper", *material]) == 2
    assert "--heads: expected --batches-per-epoch N" in capsys.readouterr().err
    assert wmhseg([*fit, *material]) == 3
    assert "expected no real cases where drawn ones are written" in capsys.readouterr().err
    drawn = ["--synthetic", str(tmp_path / "drawn"), "--drawn-seed", "7", "--drawn-count", "3"]
    assert wmhseg([*fit, *material, *drawn, "--workers", "2"]) == 0
    ((growing, (config, run, *_)),) = seen
    assert (names(growing.fixed), growing.seed, config.preset, run.name) == (["real"], 7, "synthetic", "run")
    (tmp_path / "run").mkdir()
    growing.joining(0)
    assert (processes.workers, len(processes.coming)) == (2, 3)
    assert processes.request.output == tmp_path / "drawn"
