"""What the structures of a head tell about its WMH."""

from dataclasses import dataclass

from wmhseg.anatomy.intracranial import HeadVolumes
from wmhseg.anatomy.wmh_regions import WmhRegions
from wmhseg.model.provenance import HashedFile


@dataclass(frozen=True)
class AnatomyFindings:
    """What the structures of a head tell about its WMH.

    Attributes:
        head: Sizes of brain, ventricles and skull.
        regions: WMH by place.
        network: The weights that found the structures.
    """

    head: HeadVolumes
    regions: WmhRegions
    network: HashedFile
