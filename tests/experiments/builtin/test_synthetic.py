import hashlib

import numpy as np
import pytest

from opnp.errors import InvalidSettingError
from opnp.experiments.builtin.synthetic import letters, photograph_patches, textures, uniform_noise
from opnp.experiments.builtin.synthetic.patches import photographs_in_colour

FAMILIES = [letters, photograph_patches, textures, uniform_noise]


@pytest.mark.parametrize("family", FAMILIES)
def test_same_seed_same_bytes_whatever_the_global_state(family):
    np.random.seed(1)  # noqa: NPY002 - the global state is what must not matter
    first = family(40, seed=3)
    np.random.seed(2)  # noqa: NPY002
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, family(40, seed=3))
    np.testing.assert_array_equal(first, family(90, seed=3)[:40])
    assert (first != family(40, seed=4)).any(axis=(1, 2)).all()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [8, 28, 64])
def test_shape_follows_size(family, size):
    assert family(3, 0, size).shape == (3, size, size)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0, 28), "`n` to be at least 1 but got 0"),
        ((-2, 0, 28), "`n` to be at least 1 but got -2"),
        ((1, -1, 28), "`seed` to be at least 0 but got -1"),
        ((1, 0, 4), "`size` to be between 8 and 256 pixels but got 4"),
        ((1, 0, 100_000), "`size` to be between 8 and 256 pixels but got 100000"),
    ],
)
def test_arguments_out_of_range(family, arguments, message):
    with pytest.raises(InvalidSettingError, match=message):
        family(*arguments)


@pytest.mark.parametrize(
    ("family", "digest"),
    [(textures, "827e983321fea9c2ed907302"), (uniform_noise, "54d000ab01aea1b157095500")],
)
def test_families_of_numpy_alone_keep_their_bytes(family, digest):
    assert hashlib.sha256(family(200, seed=0).tobytes()).hexdigest().startswith(digest)


def test_every_letter_is_light_on_black_and_mostly_inside():
    images = letters(1000, seed=0)
    assert images.max(axis=(1, 2)).min() > 150
    inked = (images > 100).mean(axis=(1, 2))
    assert inked.min() > 0.01
    assert inked.max() < 0.5
    frame = np.ones((28, 28), dtype=bool)
    frame[1:-1, 1:-1] = False
    assert (images[:, frame] > 100).any(axis=1).mean() < 0.1


def test_letters_are_moved_about():
    images = letters(500, seed=0).astype(np.float64)
    grid = np.arange(28)
    middles = (images.sum(axis=1) @ grid) / images.sum(axis=(1, 2))
    assert 1.0 < middles.std() < 5.0


def test_patches_are_of_both_photographs_and_of_many_scales():
    temple, flower = (pixels.mean() for pixels in photographs_in_colour())
    means = photograph_patches(600, seed=0).mean(axis=(1, 2))
    assert means.min() < min(temple, flower)
    assert means.max() > max(temple, flower)
    assert (photograph_patches(600, seed=0).std(axis=(1, 2)) > 5).mean() > 0.7


def test_textures_are_of_all_three_kinds():
    images = textures(300, seed=0)
    shades = np.array([len(np.unique(image)) for image in images])
    assert 0.2 < (shades == 2).mean() < 0.45  # checkerboards
    assert images.std(axis=(1, 2)).min() > 3


def test_noise_is_uniform():
    counts = np.bincount(uniform_noise(500, seed=0).ravel(), minlength=256)
    expected = 500 * 784 / 256
    assert len(counts) == 256
    assert ((counts - expected) ** 2 / expected).sum() < 350  # chi-squared, 255 degrees of freedom
