import numpy as np
import pytest

from wmhseg.errors import InputError
from wmhseg.synthesis.tissues import PARENCHYMA, Tissue, is_any, tissues_of


def test_translates_labels() -> None:
    labels = np.array([0, 2, 42, 4, 507, 57, 163, 515])
    assert tissues_of(labels).tolist() == [
        Tissue.AIR,
        Tissue.WHITE,
        Tissue.CORTEX,
        Tissue.VENTRICLE,
        Tissue.SOFT,
        Tissue.WHITE,
        Tissue.CHOROID_PLEXUS,
        Tissue.CORTICAL_BONE,
    ]


def test_refuses_unknown_labels() -> None:
    with pytest.raises(InputError, match=r"expected FreeSurfer's labels .* found \[999\]"):
        tissues_of(np.array([2, 999]))


def test_is_any() -> None:
    tissues = np.array([Tissue.WHITE, Tissue.CORTEX, Tissue.BRAINSTEM], np.uint8)
    assert is_any(tissues, PARENCHYMA).tolist() == [True, False, True]
