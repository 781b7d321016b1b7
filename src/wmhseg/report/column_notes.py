"""What every column of the tables of many scans means: the one place for it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from wmhseg.anatomy.region import Region
from wmhseg.anatomy.wmh_regions import BIN_EDGES_MM
from wmhseg.report.findings import COLUMN_THRESHOLDS
from wmhseg.report.region_columns import CAPS_AND_RIMS, DISTANCE_COLUMNS

# Of numbers without a unit, as in UCUM.
PURE = "1"


@dataclass(frozen=True)
class Note:
    """What a column means.

    Attributes:
        description: In words.
        unit: Of numbers; "" where there are none.
        levels: What each value means, where there are few.
    """

    description: str
    unit: str = ""
    levels: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values by the names that BIDS gives them."""
        unit = {"Units": self.unit} if self.unit else {}
        levels = {"Levels": self.levels} if self.levels else {}
        return {"Description": self.description, **unit, **levels}


_TRUTH = {"true": "yes", "false": "no"}
_COHORT = {
    "name": Note("The scan's name; one row a scan"),
    "volume_ml": Note("Volume of white matter hyperintensities (WMH)", "mL"),
    "volume_low_ml": Note("Smallest volume among the masks of the single networks and of all together", "mL"),
    "volume_high_ml": Note("Largest volume among the masks of the single networks and of all together", "mL"),
    **{
        f"volume_above_{limit:g}_ml": Note(f"Volume where the mean probability exceeds {limit:g}", "mL")
        for limit in COLUMN_THRESHOLDS
    },
    "lesion_count": Note("Number of lesions: 26-connected parts of the mask", PURE),
    "agreement": Note("Mean Dice coefficient (DSC) of every two networks' masks", PURE),
    "expected_dsc": Note("DSC with a reader that this agreement lets expect", PURE),
    "volume_z": Note(
        "Robust z-score in this cohort: (x - median) / (1.4826 MAD) of x = log(volume_ml + 0.1); beyond 3.5 "
        "either way a scan is worth a look",
        PURE,
    ),
    "flags": Note("Warnings and quality flags, separated by semicolons"),
    "error": Note("Why there is no result"),
    "seconds": Note("Computing time", "s"),
    "slices_computed": Note("Number of slices that went through the networks", PURE),
    "t1_used": Note("Whether the networks saw the T1, too", levels=_TRUTH),
    "flair": Note("FLAIR image"),
    "t1": Note("T1 image"),
    "flair_sha256": Note("SHA-256 of the FLAIR"),
    "t1_sha256": Note("SHA-256 of the T1"),
    "weights_sha256": Note("SHA-256 of each network's weights, separated by commas"),
    "version": Note("Version of wmhseg"),
}
_BINS = {
    **{f"{low:g}_{high:g}": f"{low:g} to {high:g} mm" for low, high in pairwise(BIN_EDGES_MM)},
    f"over_{BIN_EDGES_MM[-1]:g}": f"more than {BIN_EDGES_MM[-1]:g} mm",
}
_REGIONS = {
    "brain_ml": Note("Brain with the WMH in it, without CSF", "mL"),
    "ventricles_ml": Note("Lateral ventricles", "mL"),
    "icv_ml": Note("Estimate of the intracranial volume; only where the whole head is in the picture", "mL"),
    "head_coverage": Note(
        "How much of the head is in the picture",
        levels={"whole": "all of it", "cut": "the head is cut off", "stripped": "brain without skull"},
    ),
    "wmh_of_brain_percent": Note("volume_ml as a share of brain_ml", "%"),
    "wmh_of_icv_percent": Note("volume_ml as a share of icv_ml", "%"),
    **{f"wmh_{side}_ml": Note(f"WMH of the patient's {side} side", "mL") for side in ("left", "right")},
    **{f"distance_{one.label}_ml": Note(f"WMH {one.label} by the distance rule", "mL") for one in Region},
    **{f"contact_{one.label}_ml": Note(f"WMH {one.label} by the contact rule", "mL") for one in Region},
    **{
        f"contact_{one.label}_count": Note(f"Lesions {one.label} by the contact rule", PURE) for one in Region
    },
    **{
        f"from_ventricles_{name}_mm_ml": Note(
            f"WMH {text} from the lateral ventricles, without infratentorial ones", "mL"
        )
        for name, text in _BINS.items()
    },
    "caps_and_rims_ml": Note("Thin WMH along the lateral ventricles", "mL"),
    "wmh_less_caps_and_rims_ml": Note("volume_ml less caps_and_rims_ml", "mL"),
}
_KINDS = {
    "new": "new",
    "gone": "gone",
    "grown": "grown",
    "shrunk": "shrunk",
    "merged": "merged from several",
    "split": "split into several",
    "unchanged": "unchanged",
}
_CHANGES = {
    "subject": Note("The person; one row for each pair of times"),
    "from": Note("The earlier scan"),
    "to": Note("The later scan"),
    "from_ml": Note("WMH volume of the earlier scan, where both scans show the head", "mL"),
    "to_ml": Note("WMH volume of the later scan, where both scans show the head", "mL"),
    "change_ml": Note("to_ml less from_ml", "mL"),
    "change_percent": Note("change_ml as a share of from_ml", "%"),
    "noise_ml": Note("What change_ml must exceed, either way, to be more than noise", "mL"),
    "protocol": Note(
        "Whether both scans seem to be of one protocol",
        levels={"same": "of one protocol", "other": "of two, which is noisier"},
    ),
    "verdict": Note(
        "What the change means against noise",
        levels={
            "more": "WMH have become more",
            "less": "WMH have become less",
            "within noise": "the change may be noise",
        },
    ),
    "change_low_ml": Note("Smallest change among the single networks and all together", "mL"),
    "change_high_ml": Note("Largest change among the single networks and all together", "mL"),
    "position_sd_ml": Note("Standard deviation of the change when slices lie elsewhere", "mL"),
    "from_whole_ml": Note("WMH volume of the whole earlier scan", "mL"),
    "to_whole_ml": Note("WMH volume of the whole later scan", "mL"),
    **{f"{kind}_count": Note(f"Lesions that are {text}", PURE) for kind, text in _KINDS.items()},
    "unsure_count": Note("Lesions, among all of these, of which the kind is unsure", PURE),
    "moved_mm": Note("Distance that the head moved between the scans", "mm"),
    "apart_mm": Note("How far apart registrations from either side put the head", "mm"),
    "covered": Note("Share of the brain that is in both fields of view", PURE),
}
_TIMES = {"from": "the earlier scan", "to": "the later scan"}
_REGION_CHANGES = {
    f"{side}_{name}": Note(f"{_REGIONS[name].description} in {scan}, where both scans show the head", "mL")
    for side, scan in _TIMES.items()
    for name in (*DISTANCE_COLUMNS, CAPS_AND_RIMS)
}
_LONG = {
    "measure": Note("Which number: a column of the table with one row a scan"),
    "value": Note("The number"),
    "unit": Note("Its unit; 1: none"),
}
NOTES = _COHORT | _REGIONS | _CHANGES | _REGION_CHANGES | _LONG


def sidecar(columns: Iterable[str]) -> dict[str, Any]:
    """Return what BIDS has beside a table: a description of each column of ours, by its name."""
    return {name: NOTES[name].to_dict() for name in columns if name in NOTES}
