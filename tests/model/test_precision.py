"""The arithmetic that "auto" means, and that nothing else is looked at where the user chose."""

from pathlib import Path

import pytest

from wmhseg.model import precision as module
from wmhseg.model.precision import used_precision


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without GPU and with a processor of no flags."""
    (tmp_path / "dev").mkdir()
    monkeypatch.setattr(module, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(module, "DEVICES", tmp_path / "dev")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(module, "version", lambda name: "2.21.0")
    monkeypatch.setattr(module.platform, "machine", lambda: "x86_64")
    return tmp_path


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu sse avx512f avx512_bf16 amx_bf16 amx_tile", "bfloat16"),
        ("fpu sse avx512f avx512_bf16", "float32"),
        (None, "float32"),
    ],
)
def test_auto_follows_the_processor(machine: Path, flags: str | None, expected: str) -> None:
    if flags is not None:
        (machine / "cpuinfo").write_text(f"processor : 0\nflags : {flags}\n")
    assert used_precision("auto") == expected


def test_without_tensorflow_amx_is_of_no_use(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine / "cpuinfo").write_text("processor : 0\nflags : fpu amx_bf16\n")
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert used_precision("auto") == "float32"


@pytest.mark.parametrize("device", ["nvidia0", "dxg"])
def test_auto_follows_a_gpu(machine: Path, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine / "dev" / "nvidiactl").touch()
    assert used_precision("auto") == "float32"
    (machine / "dev" / device).touch()
    assert used_precision("auto") == "bfloat16"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert used_precision("auto") == "float32"


def test_the_cpus_build_has_no_gpu(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise module.PackageNotFoundError(name)

    (machine / "dev" / "nvidia0").touch()
    monkeypatch.setattr(module, "version", absent)
    assert used_precision("auto") == "float32"


def test_arm64_has_no_build_for_gpus(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine / "dev" / "nvidia0").touch()
    monkeypatch.setattr(module.platform, "machine", lambda: "aarch64")
    assert used_precision("auto") == "float32"


@pytest.mark.parametrize("choice", ["float32", "bfloat16"])
def test_a_choice_is_a_choice(choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "gpu_is_there", lambda: 1 / 0)
    assert used_precision(choice) == choice
