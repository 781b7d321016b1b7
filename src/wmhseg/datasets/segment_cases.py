"""Labelled cases segmented with an ensemble, at one or several thresholds, to be scored."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from wmhseg.datasets.cases import Case
from wmhseg.errors import WmhsegError
from wmhseg.io.volume import Volume
from wmhseg.io.write_volume import write_volume
from wmhseg.io.writing import make_folder, remove_file
from wmhseg.model.manifest import Manifest
from wmhseg.segmentation.prepare_scan import prepare_files
from wmhseg.segmentation.segment_scan import Predictor, Segmentation, finish, with_threshold
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions

log = logging.getLogger("wmhseg")

RESULT = "result.nii.gz"


def segment_cases(
    cases: Sequence[Case],
    places: Mapping[float, Mapping[Case, Path]],
    networks: tuple[Manifest, Predictor],
    options: InputOptions,
    *,
    with_t1: bool,
) -> Iterator[tuple[Case, Volume, Segmentation]]:
    """Write a mask for each case and threshold; a case is read, prepared and computed once.

    A case that cannot be segmented is named and leaves no mask: one of an earlier run is removed.

    Args:
        cases: What to segment.
        places: For each threshold where each case's mask goes.
        networks: The ensemble and what its manifest says.
        options: What is done to the images.
        with_t1: Whether the network sees the T1s.

    Yields:
        Each case that could be segmented, its FLAIR as it was computed, and the result.

    Raises:
        OutputError: A mask cannot be written.
    """
    manifest, ensemble = networks
    quiet = None if log.isEnabledFor(logging.INFO) else True
    for case in tqdm(cases, unit="case", disable=quiet):
        for place in places.values():
            remove_file(place[case])
        t1 = case.t1 if with_t1 else None
        try:
            prepared = prepare_files(case.flair, t1, manifest.recipe, options, Stopwatch())
        except WmhsegError as error:
            with tqdm.external_write_mode():
                log.error("%s/%s: %s", case.site, case.name, error)
            continue
        result = finish(prepared, ensemble.predict(prepared.windows.slices), manifest.recipe)
        for threshold, place in places.items():
            recipe = replace(manifest.recipe, threshold=threshold)
            make_folder(place[case].parent)
            write_volume(place[case], with_threshold(result, prepared, recipe).mask)
        yield case, prepared.scan.flair, result
