"""From networks to scores on a case's own grid."""

from collections.abc import Callable

import numpy as np
import pytest

from wmhseg.evaluation.organiser import score
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.material import Variant
from wmhseg.io.volume import read_volume

NAME = "scanner_c/case_02"


def test_members_differ_in_seed_only_and_no_augmentation_leaves_slices_as_they_are(
    make_lab: Callable[..., Lab], fake_training
) -> None:
    lab = make_lab()
    lab.models(lab.cases[:3], 2)
    lab.models(lab.cases[:3], 1, Variant(augmented=False))
    (cases, first, _), (_, second, _), (_, plain, _) = fake_training.calls
    assert cases == lab.cases[:3]
    assert {key for key in vars(first) if vars(first)[key] != vars(second)[key]} == {"seed"}
    assert plain.affine.rotation_deg == plain.affine.shear_deg == plain.affine.mirror_probability == 0
    assert plain.affine.scale == (1.0, 1.0)


def test_the_ensemble_is_the_mean_of_its_members(make_lab: Callable[..., Lab], fake_training) -> None:
    lab = make_lab()
    models = lab.models(lab.cases[:3], 2)
    one, two = (lab.probability(NAME, [model]) for model in models)
    assert np.abs(one - two).max() > 0.01
    np.testing.assert_allclose(lab.probability(NAME, models), (one + two) / 2, atol=1e-6)


def test_masks_and_scores_are_on_the_case_s_own_grid(
    make_lab: Callable[..., Lab], fake_training, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = make_lab()
    models = lab.models(lab.cases[:3], 1)
    truth = read_volume(lab.material.case(NAME).truth)
    mask = lab.mask(NAME, models)
    assert mask.grid.same_as(truth.grid)
    assert lab.scores([NAME], models) == [score(truth.array, mask.array, truth.grid)]
    # A network that says the truth gets it back, voxel by voxel.
    labels = lab.material.input(NAME).slices.labels
    monkeypatch.setattr(lab, "probability", lambda name, models: (labels == 1).astype(np.float32))
    np.testing.assert_array_equal(lab.mask(NAME, models).array, truth.array)
    assert lab.scores([NAME], models)[0].dsc == 1.0
