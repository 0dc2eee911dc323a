import pytest
import torch
from extraction_toy import SeededImages, classifier
from PIL import UnidentifiedImageError

from opnp.devices import best_device
from opnp.errors import CancelledError, UnreadableImageError
from opnp.features.in_memory import extract


def test_rows_are_the_backbones_features_in_order():
    net, images = classifier(), SeededImages(20)
    extracted = extract(net, images, batch_size=8)
    pixels = torch.stack([net.transform(images[index][0]) for index in range(20)])
    torch.testing.assert_close(extracted.features, net.features(pixels))
    assert extracted.labels.tolist() == [index % 5 for index in range(20)]
    assert extracted.features.dtype == torch.float32


def test_progress_counts_images():
    seen = []
    extract(classifier(), SeededImages(20), batch_size=8, progress=lambda *step: seen.append(step))
    assert seen == [(8, 20), (16, 20), (20, 20)]


def test_progress_can_stop_it():
    with pytest.raises(CancelledError, match="stopped at 8 of 20"):
        extract(classifier(), SeededImages(20), batch_size=8, progress=lambda done, _: done < 8)


def test_an_unreadable_image_is_named():
    class Broken(SeededImages):
        def __getitem__(self, index):
            if index == 11:
                raise UnidentifiedImageError("/secret")
            return super().__getitem__(index)

    with pytest.raises(UnreadableImageError, match="image 11 could not be: it is not an image"):
        extract(classifier(), Broken(20), batch_size=8)


def test_no_images_give_no_rows():
    assert extract(classifier(), SeededImages(0)).features.shape == (0, 24)


def test_the_best_device_is_one_of_three():
    assert best_device().type in ("cuda", "mps", "cpu")
