"""The contact rule: whole lesions, by what they touch."""

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.region import Region
from wmhseg.anatomy.wmh_voxels import WmhVoxels


def by_contact(voxels: WmhVoxels, count: int) -> tuple[Region, ...]:
    """Return the region of each lesion, lesion 1 first; the first that fits counts.

    Infratentorial: most of it lies in brainstem or cerebellum. Periventricular: it touches the lateral
    ventricles. Juxtacortical: it touches the cortex. Deep: all else. (Filippi et al. 2016; Griffanti et al.
    2018 call it the continuity rule.)

    Args:
        voxels: All voxels of the lesions.
        count: Number of lesions.
    """
    infratentorial = 2 * _number(voxels, voxels.infratentorial, count) > _number(voxels, None, count)
    periventricular = _number(voxels, voxels.at_ventricles & ~voxels.infratentorial, count) > 0
    juxtacortical = _number(voxels, voxels.at_cortex & ~voxels.infratentorial, count) > 0
    chosen = np.select(
        [infratentorial, periventricular, juxtacortical],
        [Region.INFRATENTORIAL, Region.PERIVENTRICULAR, Region.JUXTACORTICAL],
        Region.DEEP,
    )
    return tuple(Region(int(value)) for value in chosen)


def _number(voxels: WmhVoxels, which: NDArray[np.bool_] | None, count: int) -> NDArray[np.intp]:
    lesions = voxels.lesion if which is None else voxels.lesion[which]
    return np.bincount(lesions, minlength=count + 1)[1:]
