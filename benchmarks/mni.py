"""How well heads fit the MNI template, head by head.

    python benchmarks/anatomy.py CASES --save DIR
    python benchmarks/mni.py GREY WHITE DIR/*.nii.gz

GREY and WHITE are the template's maps at 1 mm, from 0 to 255, as nilearn carries them
(mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz and _wm_). The other images hold values of `Structure`.

Columns: Dice of brain and of white matter with what is more than half grey or white, or half white, in the
maps; lateral ventricles there, ml; least and middle expansion in the brain (0 or less: folded) and the share
that is folded, %; seconds of one processor for the registration. The last line is the mean.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.structure import BRAIN, Structure
from wmhseg.imaging.deformable import warp_to
from wmhseg.imaging.geometry import resample
from wmhseg.io.volume import Volume, read_volume
from wmhseg.mni.composite import of_structures
from wmhseg.mni.template import FULL, read_template

COLUMNS = ("brain", "white", "ventricles_ml", "least", "median", "folded_percent", "seconds")


def dice(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Return 2 |A and B| / (|A| + |B|)."""
    return 2 * int((found & truth).sum()) / (int(found.sum()) + int(truth.sum()))


def measure(path: Path, grey: Volume, white: Volume) -> list[float]:
    """Return the values of the columns for one head."""
    stored = read_volume(path)
    structures = Volume(np.rint(stored.array).astype(np.uint8), stored.grid)
    start = time.process_time()
    warp = warp_to(read_template().shades, of_structures(structures))
    seconds = time.process_time() - start

    def there(*wanted: Structure) -> NDArray[np.bool_]:
        share = np.isin(structures.array, wanted).astype(np.float32)
        return np.asarray(warp.bring(Volume(share, structures.grid), grey.grid).array >= 0.5)

    tissue = (grey.array + white.array) / FULL > 0.5
    ventricles_ml = there(Structure.VENTRICLES).sum() * grey.grid.voxel_volume_mm3 / 1000
    inside = resample(Volume(tissue.astype(np.float32), grey.grid), warp.expansion.grid).array > 0.5
    expansion = warp.expansion.array[inside]
    return [
        dice(there(*BRAIN), tissue),
        dice(there(Structure.WHITE_MATTER), white.array / FULL > 0.5),
        float(ventricles_ml),
        float(expansion.min()),
        float(np.median(expansion)),
        100 * float((expansion <= 0).mean()),
        seconds,
    ]


def main() -> None:
    """Print a row for each head, and their mean."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("grey", type=Path)
    parser.add_argument("white", type=Path)
    parser.add_argument("structures", type=Path, nargs="+")
    options = parser.parse_args()
    grey, white = read_volume(options.grey), read_volume(options.white)
    print("head", *COLUMNS, sep="\t")
    rows = []
    for path in options.structures:
        rows.append(measure(path, grey, white))
        print(path.name, *(f"{value:.3f}" for value in rows[-1]), sep="\t", flush=True)
    print("mean", *(f"{value:.3f}" for value in np.mean(rows, axis=0)), sep="\t")


if __name__ == "__main__":
    main()
