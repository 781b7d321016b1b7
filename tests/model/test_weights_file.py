"""HDF5 from a stranger: everything but plain arrays of the right shapes is refused before it is read."""

from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from wmhseg.errors import WeightsError
from wmhseg.model.weights_file import load_weights, own_arrays


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="only")])


@pytest.fixture
def path(model: keras.Model, tmp_path: Path) -> Path:
    model.set_weights([np.arange(6.0).reshape(3, 2), np.array([7.0, 8.0])])
    model.save_weights(tmp_path / "one.weights.h5")
    return tmp_path / "one.weights.h5"


def test_good_weights_are_read(model: keras.Model, path: Path) -> None:
    model.set_weights([np.zeros((3, 2)), np.zeros(2)])
    load_weights(model, path)
    np.testing.assert_array_equal(model.get_weights()[0], np.arange(6.0).reshape(3, 2))
    np.testing.assert_array_equal(model.get_weights()[1], [7, 8])


def array_name(file: h5py.File) -> str:
    return next(name for name, item in own_arrays(file).items() if item.shape == (2,))


def replaced(make: Callable[[h5py.File, str], None]) -> Callable[[h5py.File], None]:
    """Replace the bias."""

    def change(file: h5py.File) -> None:
        name = array_name(file)
        del file[name]
        make(file, name)

    return change


def loop(file: h5py.File) -> None:
    file.create_group("more")["back"] = file["/"]


def twice(file: h5py.File) -> None:
    file["again"] = file[array_name(file)]


def many(file: h5py.File) -> None:
    for index in range(2001):
        file.create_group(f"g{index}")


def deep(file: h5py.File) -> None:
    group: h5py.Group = file
    for _ in range(2001):
        group = group.create_group("g")


def soft(file: h5py.File, name: str) -> None:
    file[name] = h5py.SoftLink("/nowhere")


def external(file: h5py.File, name: str) -> None:
    file[name] = h5py.ExternalLink("/etc/passwd", "/")


def raw(file: h5py.File, name: str) -> None:
    file.create_dataset(name, (2,), "f4", external=[("/etc/passwd", 0, 8)])


def virtual(file: h5py.File, name: str) -> None:
    layout = h5py.VirtualLayout((2,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (2,))
    file.create_virtual_dataset(name, layout)


def null(file: h5py.File, name: str) -> None:
    file[name] = h5py.Empty("f4")


def text(file: h5py.File, name: str) -> None:
    file.create_dataset(name, (2,), h5py.string_dtype())


def fields(file: h5py.File, name: str) -> None:
    file.create_dataset(name, (2,), [("a", "f4")])


def named_type(file: h5py.File, name: str) -> None:
    file[name] = np.dtype("f4")


def references(file: h5py.File, name: str) -> None:
    file.create_dataset(name, (2,), h5py.ref_dtype)


def claims(file: h5py.File, name: str) -> None:
    file.create_dataset(name, (2**40, 2**20), "f4", chunks=(1024, 1024))


def renamed(file: h5py.File) -> None:
    file.move(array_name(file), "elsewhere")


LOOP, LINK, KIND = "hold one another", "is a link", "is no array of real numbers"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (loop, LOOP), (twice, LOOP), (many, LOOP), (deep, LOOP),
        (replaced(soft), LINK), (replaced(external), LINK),
        (replaced(raw), KIND), (replaced(virtual), KIND), (replaced(null), KIND), (replaced(text), KIND),
        (replaced(fields), KIND), (replaced(named_type), KIND), (replaced(references), KIND),
        (replaced(claims), r"2 arrays with 1152921504606846982 values instead of 2 with 8"),
        (renamed, "."),
    ],
)  # fmt: skip
def test_what_is_refused(
    model: keras.Model, path: Path, change: Callable[[h5py.File], None], reason: str
) -> None:
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(
        WeightsError, match=rf"^{path}: expected weights of the U-Net, found others \(.*{reason}"
    ):
        load_weights(model, path)


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"])
def test_what_is_no_hdf5(model: keras.Model, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.weights.h5"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="expected weights of the U-Net, found others"):
        load_weights(model, path)
