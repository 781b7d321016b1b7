"""What is fuzzed: readers of bytes that strangers write, each with files that it reads.

The rule: any bytes give a result or a WmhsegError.
"""

import gzip
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import SimpleITK as sitk

from wmhseg.batch.scan_list import read_jobs
from wmhseg.errors import WmhsegError
from wmhseg.io.bids_names import parse, stem
from wmhseg.io.nifti_header import parse_header
from wmhseg.io.nifti_position import position
from wmhseg.io.tsv import read_tsv
from wmhseg.io.volume import Grid, Volume, read_image
from wmhseg.model.manifest import read_manifest
from wmhseg.recipe import DEFAULT

sys.path.insert(0, str(Path(__file__).parents[1]))
from dicom_writer import write_multiframe, write_series

ARRAY = np.random.default_rng(0).integers(0, 1000, (3, 5, 4)).astype(np.uint16)
GRID = Grid((4, 5, 3), (1.5, 1.5, 4.0), (-3.0, -3.0, -6.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes:
        seeds: Returns files that it reads, as bytes; a folder is lent.
        run: Reads bytes, in an empty folder of its own.
    """

    seeds: Callable[[Path], list[bytes]]
    run: Callable[[bytes, Path], object]


def outcome(target: Target, content: bytes, folder: Path) -> str:
    """Return "read" or "refused"; what is neither is raised."""
    try:
        target.run(content, folder)
    except WmhsegError:
        return "refused"
    return "read"


def _nifti(version: int = 1, order: str = "<", kind: type = np.int16, *, forms: bool = True) -> bytes:
    made: Any = (nib.Nifti1Header if version == 1 else nib.Nifti2Header)(endianness=order)
    made.set_data_dtype(kind)
    image = (nib.Nifti1Image if version == 1 else nib.Nifti2Image)(
        ARRAY.transpose(2, 1, 0).astype(kind), np.diag([-1.5, -1.5, 4, 1]), made
    )
    image.set_qform(image.affine, int(forms))
    image.set_sform(image.affine, int(forms))
    return image.to_bytes()


def _niftis(_: Path) -> list[bytes]:
    return [_nifti(), _nifti(2), _nifti(1, ">"), _nifti(kind=np.float32), _nifti(forms=False)]


def _niftis_and_compressed(folder: Path) -> list[bytes]:
    return [*_niftis(folder), gzip.compress(_nifti(), mtime=0)]


def _as(name: str) -> Callable[[bytes, Path], object]:
    """Return what reads bytes as an image of a name."""

    def run(content: bytes, folder: Path) -> object:
        (folder / name).write_bytes(content)
        return read_image(folder / name)

    return run


def _gzipped(content: bytes, folder: Path) -> object:
    return _as("x.nii.gz")(gzip.compress(content, 1), folder)


def _pair(content: bytes, folder: Path) -> object:
    """Take the first 348 bytes as the header, the rest as the voxels."""
    (folder / "x.img").write_bytes(content[348:])
    return _as("x.hdr")(content[:348], folder)


def _pairs(_: Path) -> list[bytes]:
    whole = _nifti()
    start = whole[:108] + bytes(4) + whole[112:344]  # voxels begin at the first byte of their own file
    return [start + magic + whole[352:] for magic in (b"ni1\0", bytes(4))]


def _itk(*names: str) -> Callable[[Path], list[bytes]]:
    def seeds(folder: Path) -> list[bytes]:
        files = []
        for name in names:
            for compressed in (False, True):
                image = sitk.GetImageFromArray(ARRAY)
                image.SetSpacing(GRID.spacing_mm)
                sitk.WriteImage(image, str(folder / name), compressed)
                files.append((folder / name).read_bytes())
        return files

    return seeds


def _slices(folder: Path) -> list[bytes]:
    write_series(folder, Volume(ARRAY, GRID))
    return [(folder / "IM001.dcm").read_bytes()]


def _series(content: bytes, folder: Path) -> object:
    """Put a slice between two good ones."""
    if not (folder / "IM000.dcm").exists():
        write_series(folder, Volume(ARRAY, GRID))
    (folder / "IM001.dcm").write_bytes(content)
    return read_image(folder)


def _frames(folder: Path) -> list[bytes]:
    return [write_multiframe(folder / "m.dcm", Volume(ARRAY, GRID)).read_bytes()]


def _table(content: bytes, folder: Path) -> object:
    (folder / "x.tsv").write_bytes(content)
    return read_tsv(folder / "x.tsv", ["flair"], ["t1"], "scans")


def _jobs(content: bytes, folder: Path) -> object:
    (folder / "x.tsv").write_bytes(content)
    return read_jobs(folder / "x.tsv", folder / "out")


def _tables(_: Path) -> list[bytes]:
    return [
        b"flair\tt1\na.nii\tn/a\n",
        b'\xef\xbb\xbft1\tflair\tname\r\n"b"\ta\tc\r\n\r\n',
        b"flair\na/b.nii.gz\n",
    ]


def _names(_: Path) -> list[bytes]:
    return [b"sub-01_ses-2_acq-3D_run-1_FLAIR.nii.gz", b"sub-x_T1w.nii"]


def _name(content: bytes, _: Path) -> object:
    text = content.decode("utf-8", "surrogateescape").replace("/", "").replace("\0", "")
    found = parse(Path(text))
    return found and stem(found.entities)


def _header(content: bytes, _: Path) -> object:
    found = parse_header(content, may_be_analyze=True)
    return found and len(found.size) == 3 and min(found.size) > 0 and position("x", found)


def _headers(_: Path) -> list[bytes]:
    return [_nifti()[:348], _nifti(2)[:540], _nifti(1, ">")[:348]]


def _manifests(_: Path) -> list[bytes]:
    one = {"file": "m.weights.h5", "sha256": "0" * 64, "batch_normalisation": True}
    more = {**one, "widths": [[2, 3, 4, 5, 6], [5, 4, 3, 2]], "training": {"cases": ["a/1"]}}
    values = {"format": 2, "name": "x", "recipe": DEFAULT.to_dict(), "members": [one, more], "scores": {}}
    return [json.dumps(values).encode(), json.dumps(values, indent=1).encode()]


def _manifest(content: bytes, folder: Path) -> object:
    (folder / "manifest.json").write_bytes(content)
    return read_manifest(folder)


def _archives(_: Path) -> list[bytes]:
    stored, packed = io.BytesIO(), io.BytesIO()
    for file, save in ((stored, np.savez), (packed, np.savez_compressed)):
        save(file, w000=ARRAY.astype(np.float16), w001=np.zeros(2, np.float32))
    return [stored.getvalue(), packed.getvalue()]


def _archive(content: bytes, folder: Path) -> object:
    from wmhseg.model.import_weights import _read_npz

    (folder / "x.npz").write_bytes(content)
    return _read_npz(folder / "x.npz")


@cache
def _model() -> Any:
    import keras

    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def _weights_files(folder: Path) -> list[bytes]:
    _model().save_weights(folder / "x.weights.h5")
    return [(folder / "x.weights.h5").read_bytes()]


def _weights(content: bytes, folder: Path) -> object:
    from wmhseg.model.weights_file import load_weights

    (folder / "x.weights.h5").unlink(missing_ok=True)  # HDF5 may still hold a damaged one open
    (folder / "x.weights.h5").write_bytes(content)
    return load_weights(_model(), folder / "x.weights.h5")


TARGETS = {
    "header": Target(_headers, _header),
    "nifti": Target(_niftis_and_compressed, _as("x.nii")),
    "nifti-gz": Target(_niftis, _gzipped),
    "pair": Target(_pairs, _pair),
    "nrrd": Target(_itk("x.nrrd"), _as("x.nrrd")),
    "mha": Target(_itk("x.mha"), _as("x.mha")),
    "series": Target(_slices, _series),
    "multiframe": Target(_frames, _as("x.dcm")),
    "table": Target(_tables, _table),
    "scan-list": Target(_tables, _jobs),
    "bids-name": Target(_names, _name),
    "manifest": Target(_manifests, _manifest),
    "npz": Target(_archives, _archive),
    "weights": Target(_weights_files, _weights),
}
