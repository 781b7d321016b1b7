"""Make the template's files from the published images at 1 mm, as nilearn carries them.

    python -m wmhseg.mni.make_template T1 GREY WHITE DIR

T1 is mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz with 0 outside the brain; GREY and WHITE are the maps
..._gm_... and ..._wm_... beside it, all from 0 to 255.
"""

import argparse
from pathlib import Path

import numpy as np

from wmhseg.imaging.coarser import coarser
from wmhseg.io.volume import Volume, read_volume
from wmhseg.io.write_volume import write_volume
from wmhseg.mni.composite import of_tissues
from wmhseg.mni.template import FULL, SHADES, T1

_SPACING_MM = 2.0


def make_template(t1: Path, grey: Path, white: Path, folder: Path) -> None:
    """Write shades and T1 at 2 mm, uint8.

    Raises:
        InputError: An image is missing or unreadable.
        OutputError: They cannot be written.
    """
    images = [read_volume(path) for path in (t1, grey, white)]
    t1_array, grey_array, white_array = ((image.array / FULL).astype(np.float32) for image in images)
    shades = of_tissues(grey_array, white_array, t1_array > 0)
    for name, array in ((SHADES, shades), (T1, t1_array)):
        small = coarser(Volume(array, images[0].grid), _SPACING_MM)
        stored = np.rint(np.clip(small.array, 0, 1) * FULL).astype(np.uint8)
        write_volume(folder / name, Volume(stored, small.grid))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("t1", "grey", "white", "folder"):
        parser.add_argument(name, type=Path)
    make_template(**vars(parser.parse_args()))
