"""The convention in drawn slices: what is added, and how far it stands out."""

from dataclasses import replace

import numpy as np

from wmhseg.synthesis.judge import Slices, judge

SHAPE = (1, 20, 20)


def drawn(**layers: float) -> Slices:
    """One value per layer in a block of 4 x 5 pixels of 1 mm, 0 elsewhere."""

    def layer(value: float) -> np.ndarray:
        array = np.zeros(SHAPE, np.float32)
        array[0, 5:9, 5:10] = value
        return array

    return Slices(
        lesions=layer(layers.get("lesions", 0)) > 0,
        other=layer(layers.get("other", 0)) > 0,
        judged=layer(layers.get("judged", 0)),
        septum=layer(layers.get("septum", 0)),
        above=layer(layers.get("above", 0)),
        pixel_mm=1.0,
    )


def label_of(slices: Slices) -> int:
    labels = judge(slices)
    block = np.unique(labels[0, 5:9, 5:10])
    labels[0, 5:9, 5:10] = 0
    assert not labels.any()
    assert len(block) == 1
    return int(block[0])


def test_a_rim_is_wmh_where_it_stands_out_and_unsure_below() -> None:
    assert label_of(drawn(judged=0.7, above=1.3)) == 1
    assert label_of(drawn(judged=0.7, above=1.1)) == 3
    assert label_of(drawn(judged=0.5, above=1.3)) == 3
    assert label_of(drawn(judged=0.2, above=1.3)) == 0
    assert label_of(drawn(judged=0.7, above=0.4)) == 0


def test_a_bright_septum_is_unsure() -> None:
    assert label_of(drawn(septum=0.3)) == 3
    assert label_of(drawn(septum=0.2)) == 0


def test_lesions_count_whatever_they_look_like_and_other_pathology_comes_first() -> None:
    assert label_of(drawn(lesions=1)) == 1
    assert label_of(drawn(lesions=1, judged=0.5, above=1.3)) == 1
    assert label_of(drawn(lesions=1, other=1, judged=0.7, above=1.3)) == 2


def test_pieces_below_10_mm2_are_unsure_unless_a_lesion_joins_them() -> None:
    slices = drawn(judged=0.7, above=1.3)
    assert label_of(replace(slices, pixel_mm=0.7)) == 3  # 20 pixels of 0.49 mm2 = 9.8 mm2
    assert label_of(replace(slices, pixel_mm=0.72)) == 1  # 10.4 mm2
    lesions = slices.lesions.copy()
    lesions[0, 9, 5:10] = True
    labels = judge(replace(slices, pixel_mm=0.7, lesions=lesions))
    assert (labels[0, 5:10, 5:10] == 1).all()


def test_a_gap_of_one_pixel_in_a_rim_is_closed_where_it_is_unsure() -> None:
    slices = drawn(judged=0.7, above=1.3)
    slices.judged[0, :, 7] *= 0.6
    assert (judge(slices)[0, 6:8, 7] == 1).all()
    slices.judged[0, :, 7] = 0
    assert (judge(slices)[0, 6:8, 7] == 0).all()
