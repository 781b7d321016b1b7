"""The distance rule: each voxel of WMH by itself, by how far it lies from ventricles and cortex."""

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.region import Region
from wmhseg.anatomy.wmh_voxels import WmhVoxels

# The 10 mm rule, compared with others by Griffanti et al. 2018.
PERIVENTRICULAR_MM = 10.0
# Kim et al. 2008: within 4 mm of where cortex and white matter meet.
JUXTACORTICAL_MM = 4.0


def by_distance(voxels: WmhVoxels) -> NDArray[np.uint8]:
    """Return the region of each voxel (N,); the first that fits counts.

    Infratentorial: in brainstem or cerebellum. Periventricular: within 10 mm of the lateral ventricles.
    Juxtacortical: within 4 mm of the cortex. Deep: all else.
    """
    return np.select(
        [
            voxels.infratentorial,
            voxels.ventricles_mm <= PERIVENTRICULAR_MM,
            voxels.cortex_mm <= JUXTACORTICAL_MM,
        ],
        [Region.INFRATENTORIAL, Region.PERIVENTRICULAR, Region.JUXTACORTICAL],
        Region.DEEP,
    ).astype(np.uint8)
