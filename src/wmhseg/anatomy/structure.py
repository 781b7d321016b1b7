"""The structures of a head that are told apart."""

from enum import IntEnum


class Structure(IntEnum):
    """What a voxel belongs to; WMH belong to the structure that they lie in.

    VENTRICLES are the lateral ones with their choroid plexus; the third and fourth are CSF.
    CORTEX includes hippocampus and amygdala, DEEP_GREY thalamus and basal ganglia.
    """

    OUTSIDE = 0
    WHITE_MATTER = 1
    CORTEX = 2
    DEEP_GREY = 3
    VENTRICLES = 4
    CSF = 5
    BRAINSTEM = 6
    CEREBELLUM = 7


BRAIN = (
    Structure.WHITE_MATTER,
    Structure.CORTEX,
    Structure.DEEP_GREY,
    Structure.BRAINSTEM,
    Structure.CEREBELLUM,
)
