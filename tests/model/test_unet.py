"""The U-Net against the paper's figure 4, an independent NumPy forward pass and a golden output."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from wmhseg.errors import WeightsError
from wmhseg.model.unet import TRAINABLE_WITH_BN, TRAINABLE_WITHOUT_BN, build_unet

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, drawn_weights, formula_weights, numpy_unet

# Each of the 18 hidden convolutions and the score: level, kernel, channels in and out, size out.
FIGURE_4 = [
    ("enc0a", 5, 2, 64, 200),
    ("enc0b", 5, 64, 64, 200),
    ("enc1a", 3, 64, 96, 100),
    ("enc1b", 3, 96, 96, 100),
    ("enc2a", 3, 96, 128, 50),
    ("enc2b", 3, 128, 128, 50),
    ("enc3a", 3, 128, 256, 25),
    ("enc3b", 4, 256, 256, 25),
    ("enc4a", 3, 256, 512, 12),
    ("enc4b", 3, 512, 512, 12),
    ("dec3a", 3, 768, 256, 24),
    ("dec3b", 3, 256, 256, 24),
    ("dec2a", 3, 384, 128, 48),
    ("dec2b", 3, 128, 128, 48),
    ("dec1a", 3, 224, 96, 96),
    ("dec1b", 3, 96, 96, 96),
    ("dec0a", 3, 160, 64, 192),
    ("dec0b", 3, 64, 64, 192),
    ("score", 1, 64, 1, 200),
]


@pytest.fixture(scope="module")
def plain() -> keras.Model:
    return build_unet(batch_normalisation=False)


@pytest.fixture(scope="module")
def normalised() -> keras.Model:
    return build_unet()


def trainable(model: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def test_trainable_parameters_are_the_papers(normalised: keras.Model, plain: keras.Model) -> None:
    assert trainable(normalised) == 8_748_609 == TRAINABLE_WITH_BN
    assert trainable(plain) == 8_742_209 == TRAINABLE_WITHOUT_BN
    # 2 trained values per channel after 18 hidden convolutions.
    assert trainable(normalised) - trainable(plain) == 2 * sum(row[3] for row in FIGURE_4[:-1])


@pytest.mark.parametrize("fixture", ["plain", "normalised"])
def test_layers_are_those_of_figure_4(fixture: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(fixture)
    assert model.input_shape == (None, 200, 200, 2)
    assert model.output_shape == (None, 200, 200, 1)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    found = []
    for layer in convolutions:
        rows, columns, width_in, width_out = layer.kernel.shape
        assert rows == columns
        size = layer.output.shape
        assert size[1] == size[2]
        found.append((layer.name, rows, width_in, width_out, size[1]))
    assert found == FIGURE_4
    count = sum(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers)
    assert count == (18 if fixture == "normalised" else 0)


def test_crops_and_final_padding(plain: keras.Model) -> None:
    crops = {level: plain.get_layer(f"crop{level}").cropping for level in range(4)}
    assert crops == {
        3: ((0, 1), (0, 1)),  # 25 to 24
        2: ((1, 1), (1, 1)),  # 50 to 48
        1: ((2, 2), (2, 2)),  # 100 to 96
        0: ((4, 4), (4, 4)),  # 200 to 192
    }
    assert plain.get_layer("pad").padding == ((4, 4), (4, 4))


@pytest.mark.parametrize("size", [(192, 192), (200, 208), (100, 200), (64, 64)])
def test_sizes_of_another_alignment_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(WeightsError, match=r"expected sizes that leave 8 when divided by 32, found \(\d+"):
        build_unet(size, widths=TINY)


@pytest.mark.parametrize("size", [(40, 72), (136, 200)])
def test_other_sizes_keep_the_weights_and_the_output_size(size: tuple[int, int]) -> None:
    model = build_unet(size, widths=TINY, batch_normalisation=False)
    assert model.output_shape == (None, *size, 1)
    assert [w.shape for w in model.weights] == [
        w.shape for w in build_unet(widths=TINY, batch_normalisation=False).weights
    ]


@pytest.mark.parametrize("size", [(200, 200), (72, 136)])
def test_output_equals_an_independent_forward_pass(size: tuple[int, int]) -> None:
    model = build_unet(size, widths=TINY, batch_normalisation=False)
    weights = drawn_weights(model)
    model.set_weights(weights)
    image = np.random.default_rng(1).normal(size=(*size, 2)).astype(np.float32)
    found = np.asarray(model(image[np.newaxis], training=False))[0, ..., 0]
    expected = numpy_unet(image, weights)
    assert expected.std() > 0.02
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_golden_output(plain: keras.Model) -> None:
    plain.set_weights(formula_weights([tuple(weight.shape) for weight in plain.weights]))
    y, x = np.indices((200, 200))
    image = np.stack([np.sin(x / 7) * np.cos(y / 11) * 2, np.cos(x / 5 + y / 9)], axis=-1)
    probability = np.asarray(plain(image[np.newaxis].astype(np.float32), training=False))[0, ..., 0]
    found = [probability[place] for place in GOLDEN]
    np.testing.assert_allclose(found, list(GOLDEN.values()), rtol=0, atol=1e-4)


# Row and column: probability. Computed once with TensorFlow 2.21, float32.
GOLDEN: dict[tuple[int, int], float] = {
    (100, 100): 0.691369,
    (60, 140): 0.951648,
    (10, 10): 0.631028,
    (150, 31): 0.612917,
    (0, 0): 0.522725,  # zero padding: the score's bias alone
}
