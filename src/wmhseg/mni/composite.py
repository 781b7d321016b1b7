"""What two heads are compared by: tissues as shades, alike for a head's structures and the template."""

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure
from wmhseg.io.volume import Volume

# As bright as the template's mixture of tissues is there (`of_tissues`): deep grey, brainstem and cerebellum
# are grey and white matter in one.
_SHADES = {
    Structure.OUTSIDE: 0.0,
    Structure.WHITE_MATTER: 1.0,
    Structure.CORTEX: 0.66,
    Structure.DEEP_GREY: 0.8,
    Structure.VENTRICLES: 0.2,
    Structure.CSF: 0.2,
    Structure.BRAINSTEM: 0.95,
    Structure.CEREBELLUM: 0.75,
}
_CSF, _GREY, _WHITE = 0.2, 0.68, 1.0


def of_structures(structures: Volume) -> Volume:
    """Return the shades of a head; lesions are as bright as the structure that they lie in.

    Args:
        structures: Values of `Structure`.

    Returns:
        float32 from 0 to 1 on the same grid.
    """
    table = np.zeros(len(Structure), np.float32)
    for structure, shade in _SHADES.items():
        table[structure] = shade
    return Volume(table[structures.array], structures.grid)


def of_tissues(
    grey: NDArray[np.float32], white: NDArray[np.float32], inside: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the shades of the template, float32.

    Args:
        grey: Share of grey matter, 0 to 1.
        white: Share of white matter.
        inside: What lies inside the skull; what is neither grey nor white there is CSF.
    """
    csf = np.clip(1 - grey - white, 0, 1)
    return np.where(inside, _CSF * csf + _GREY * grey + _WHITE * white, 0).astype(np.float32)
