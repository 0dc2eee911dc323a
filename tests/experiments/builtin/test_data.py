import hashlib

import numpy as np
import pytest

from opnp.errors import InvalidSettingError, MissingDataError
from opnp.experiments.builtin import data
from opnp.experiments.builtin.data import ASSETS, OOD_SETS, fashion_test, fashion_train, ood_images


@pytest.mark.parametrize(("load", "a_class"), [(fashion_train, 600), (fashion_test, 400)])
def test_committed_garments_are_balanced_and_mixed(load, a_class):
    images, labels = load()
    assert (images.dtype, images.shape) == (np.uint8, (10 * a_class, 28, 28))
    assert (labels.dtype, labels.shape) == (np.int64, (10 * a_class,))
    np.testing.assert_array_equal(np.bincount(labels), np.full(10, a_class))
    assert np.bincount(labels[: a_class * 5], minlength=10).min() > a_class / 3  # any part holds every class


def test_no_image_is_twice_in_the_committed_garments():
    seen = [image.tobytes() for images in (fashion_train()[0], fashion_test()[0]) for image in images]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("name", OOD_SETS)
def test_ood_sets(name):
    images = ood_images(name)
    assert (images.dtype, images.shape) == (np.uint8, (2000, 28, 28))
    np.testing.assert_array_equal(images, ood_images(name))
    assert len({image.tobytes() for image in images}) > 1990
    assert images.mean() > 20
    assert images.std() > 50
    title, description = OOD_SETS[name]
    assert title
    assert description.endswith(".")


@pytest.mark.parametrize("name", OOD_SETS)
def test_ood_sets_of_another_size(name):
    images = ood_images(name, 16)
    assert (images.dtype, images.shape) == (np.uint8, (2000, 16, 16))
    assert images.std() > 40


def test_digits_are_the_committed_ones():
    digest = hashlib.sha256(ood_images("mnist").tobytes()).hexdigest()
    assert digest.startswith("10b42d64171796a56546a861")


def test_unknown_ood_set_lists_the_known_ones():
    with pytest.raises(
        InvalidSettingError, match="'mnist', 'letters', 'patches', 'textures', 'noise' but got 'cats'"
    ):
        ood_images("cats")


@pytest.mark.parametrize("name", OOD_SETS)
@pytest.mark.parametrize("size", [-1, 0, 7, 257])
def test_size_out_of_range(name, size):
    with pytest.raises(InvalidSettingError, match="between 8 and 256 pixels"):
        ood_images(name, size)


def test_missing_images_name_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "ASSETS", tmp_path)
    with pytest.raises(MissingDataError, match=r"recipes.build_assets"):
        fashion_train()


def test_all_committed_data_together():
    assert sum(path.stat().st_size for path in ASSETS.iterdir()) <= 10_000_000
