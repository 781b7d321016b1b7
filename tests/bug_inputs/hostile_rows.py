"""Folders 11, 18 and 19: a full disk, malice in images, and weights from a stranger."""

import shutil
import subprocess

from row import HOME, OUT, Row, command, mask_of, refused

UNIT = "expected a head in 50 to 1000 mm .*found 256x256x18 voxels of "
IMAGES = {
    "huge.nii.gz": "expected 70362301923678 bytes",
    "huge.NII.GZ": "expected 70362301923678 bytes",
    "bomb.nii.gz": "expected 2359648 bytes, found more than twice as many",
    "bigimage.nii.gz": "expected (an image that fits into memory|[0-9]+ bytes)",
    "giant.nii.gz": UNIT,
    "tiny.nii.gz": UNIT,
    "km.nii.gz": f"{UNIT}.*1000 times too large",
    "x40.nii.gz": UNIT,
    "x10.nii.gz": f"{UNIT}.*10 times too large",
    "x01.nii.gz": f"{UNIT}.*10 times too small",
    "etc.mhd": "etc.mhd: expected",
    "etc.nhdr": "etc.nhdr: expected",
    "huge.nrrd": "huge.nrrd: expected",
    "huge.mha": "huge.mha: expected",
    "neg.mha": "neg.mha: expected",
}

WEIGHTS = (
    "cycle", "soft", "extlink", "named", "null", "huge", "pickle", "nan", "deep", "external", "strings",
    "renamed", "name-list", "name-none", "patch-huge", "patch-odd", "target-tiny", "profile-inf",
    "threshold-nan", "range-nan", "minlesion-inf", "min-patch-neg", "traversal", "dot", "nested-json",
    "members-dict", "sha-surrogate",
)  # fmt: skip
KERAS_2 = ("noattr", "strings", "bomb", "dataset-as-layer", "dataset-as-root", "number", "external")
FLAIR = "base/a639/pre/FLAIR.nii.gz"


def _full_disk() -> Row:
    name, disk, good = "11-full-disk", HOME / "11-full-disk/mnt", HOME / "base/a639_f.nii.gz"
    words = ("segment", "--flair", str(HOME / FLAIR), "--output", str(disk / "wmh.nii.gz"))

    def prepare() -> None:
        disk.mkdir()
        subprocess.run(["bash", disk.parent / "make.sh"], check=True, capture_output=True)
        shutil.copy(good, disk / "wmh.nii.gz")

    def check(_: str) -> str:
        files, same = (
            [one.name for one in disk.iterdir()],
            (disk / "wmh.nii.gz").read_bytes() == good.read_bytes(),
        )
        subprocess.run(["umount", disk], check=True)
        if not same:
            return "the earlier mask is not what it was"
        return f"left: {files}" if files != ["wmh.nii.gz"] else ""

    more = ("--report", str(disk / "r.json"), "--probability", str(disk / "p.nii.gz"))
    says = "cannot be written .*(disk full|No space left on device)"
    return Row(name, "the earlier mask stays", (*words, *more), 6, says, check, prepare=prepare)


def _weights(name: str, code: int = 5) -> Row:
    row = f"19-weights/{name}"
    words = (*command(row, FLAIR), "--weights", str(HOME / row))

    def check(_: str) -> str:
        return "a mask was written" if code and mask_of(row).exists() else ""

    right = "refused" if code else "segmented"
    return Row(row, right, words, code, "wmhseg: error: " if code else "", check)


def _keras_2(name: str) -> Row:
    row = f"19-weights/k2-{name}.h5"
    words = ("import-weights", str(HOME / row), "--output", str(OUT / row / "ensemble"))

    def check(_: str) -> str:
        return "an ensemble was written" if (OUT / row / "ensemble").exists() else ""

    return Row(row, "refused", words, 5, "wmhseg: error: ", check)


HOSTILE_ROWS = (
    _full_disk(),
    *(refused(f"18-hostile/{name}", says=says) for name, says in IMAGES.items()),
    *map(_weights, WEIGHTS),
    _weights("name-html", 0),
    *map(_keras_2, KERAS_2),
)
