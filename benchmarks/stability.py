"""The same person on other scanners: how much does the volume change?

    python benchmarks/stability.py HEADS LESIONS [--weights weights] [--people 6] [--scans 3] [--seed 300]

Each person is one drawn head with its lesions, rims and other pathology; each scan of it is drawn with
another contrast, resolution, noise, orientation and field of view (whole heads, nothing cut off). Prints a
row a scan, and for each person the SD of the found volume beside that of the labelled one, which changes
with the slices too.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from wmhseg import Segmenter
from wmhseg.io.volume import to_image
from wmhseg.synthesis.heads import LesionMask, find_images, read_head, read_lesion_mask
from wmhseg.synthesis.scan import ScanParameters, make_scan, sample_scan
from wmhseg.synthesis.strip import Stripping


def on_another_scanner(
    person: ScanParameters, rng: np.random.Generator, masks: list[LesionMask]
) -> ScanParameters:
    """Return the person's draw with everything that a scanner decides drawn again."""
    other = sample_scan(rng, masks)
    acquisition = replace(other.acquisition, bottom_mm=-5.0, top_mm=5.0)
    paint = replace(person.paint, flair=other.paint.flair, t1=other.paint.t1, flow=other.paint.flow)
    return replace(
        other,
        anatomy=person.anatomy,
        lesions=person.lesions,
        pathology=person.pathology,
        paint=paint,
        acquisition=acquisition,
        stripping=Stripping(False, 0.5),
        t1_missing=False,
    )


def main() -> None:
    """Draw, segment, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("heads", type=Path)
    parser.add_argument("lesions", type=Path)
    parser.add_argument("--weights", type=Path, default=Path("weights"))
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--scans", type=int, default=3)
    parser.add_argument("--seed", type=int, default=300)
    options = parser.parse_args()
    heads = find_images(options.heads, "label maps of heads")
    masks = [read_lesion_mask(path) for path in find_images(options.lesions, "lesion masks in MNI space")]
    segmenter = Segmenter(weights=options.weights)
    print("person\tscan\tslice_mm\tlabelled_ml\tfound_ml")
    spreads = []
    for number in range(options.people):
        rng = np.random.default_rng((options.seed, number))
        head = read_head(heads[int(rng.integers(len(heads)))])
        person = sample_scan(rng, masks)
        rows = []
        for scan in range(options.scans):
            drawn = make_scan(head, masks, on_another_scanner(person, rng, masks))
            voxel_ml = drawn.truth.grid.voxel_volume_mm3 / 1000
            labelled = float((drawn.truth.array == 1).sum()) * voxel_ml
            found = segmenter.segment(to_image(drawn.flair), to_image(drawn.t1)).volume_ml
            rows.append((labelled, found))
            step = max(drawn.flair.grid.spacing_mm)
            print(f"{number}\t{scan}\t{step:.1f}\t{labelled:.2f}\t{found:.2f}", flush=True)
        spreads.append((np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1)))
        mean, sd = spreads[-1]
        print(f"{number}\tSD\t\t{sd[0]:.2f}\t{sd[1]:.2f} ({100 * sd[1] / max(mean[1], 0.1):.0f} %)")
    pooled = np.sqrt(np.mean([sd**2 for _, sd in spreads], axis=0))
    relative = np.median([sd / np.maximum(mean, 0.1) for mean, sd in spreads], axis=0)
    print(f"SD within a person: labelled {pooled[0]:.2f} ml, found {pooled[1]:.2f} ml;", end=" ")
    print(f"median of SD / mean: labelled {100 * relative[0]:.0f} %, found {100 * relative[1]:.0f} %")


if __name__ == "__main__":
    main()
