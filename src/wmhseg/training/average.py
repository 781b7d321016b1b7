"""The mean of several networks' weights: of rounds of one training, often better than each round."""

from pathlib import Path

import numpy as np

from wmhseg.errors import InputError
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import Manifest, read_manifest
from wmhseg.model.unet import build_unet
from wmhseg.model.weights_file import load_weights
from wmhseg.training.start import find_start


def average(weights: str | Path, output: str | Path, name: str) -> Manifest:
    """Write an ensemble of one network, whose weights are the mean of all members' (Izmailov et al. 2018).

    That makes sense only where the members went on from one another, or from one network: weights of
    networks that were trained apart do not correspond.

    Args:
        weights: An ensemble with batch normalisation, which is averaged too.
        output: Folder to write.
        name: What the new ensemble is called; it keeps the recipe.

    Raises:
        InputError: The ensemble has a single member, or members of several widths.
        WeightsError: A member is missing, changed or has no batch normalisation.
        OutputError: The folder cannot be written or holds an ensemble already.
    """
    manifest = read_manifest(Path(weights))
    if len(manifest.members) < 2:
        raise InputError(f"{weights}: expected two members or more to average, found one")
    starts = [find_start(weights, index) for index in range(len(manifest.members))]
    if len({start.widths for start in starts}) > 1:
        raise InputError(f"{weights}: expected members of one width, found several; they cannot be averaged")
    network = build_unet(widths=starts[0].widths)
    members = []
    for start in starts:
        load_weights(network, start.path)
        members.append(network.get_weights())
    network.set_weights([np.mean(same, axis=0) for same in zip(*members, strict=True)])
    training = {
        # What any of them has seen, the mean has seen.
        "cases": sorted({case for start in starts for case in start.cases}),
        "mean_of": [start.sha256 for start in starts],
    }
    return write_ensemble(output, name, manifest.recipe, [Trained(network, True, training)])
