"""The experiment's own images on which its model is proven."""

from made_up import write_world
from PIL import Image

from opnp.data.image_set import ArrayImages, ImageSet, Missing
from opnp.experiments.sources.probe_images import first_pictures
from opnp.experiments.toml_file import read_experiment


def image_set(images, missing=()):
    return ImageSet("x", "X", "", lambda: "x", lambda: images, lambda: missing)


class Broken:
    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index < 2:
            raise ValueError("torn")
        return Image.new("RGB", (7, 7)), -1


def grey(count, side):
    import numpy as np

    return ArrayImages(np.zeros((count, side, side), dtype=np.uint8))


def test_damaged_images_and_missing_sets_are_passed_over():
    gone = image_set(grey(4, 1), (Missing("It is not there.", "Get it."),))
    found = first_pictures([gone, image_set(Broken()), image_set(grey(2, 5)), image_set(grey(9, 6))])
    assert [picture.width for picture in found] == [7, 5, 5, 6]


def test_a_set_that_cannot_be_opened_is_passed_over():
    def fails():
        raise RuntimeError("no such storage")

    broken = ImageSet("x", "X", "", lambda: "x", fails)
    assert [picture.width for picture in first_pictures([broken, image_set(grey(1, 3))])] == [3]
    assert first_pictures([broken]) == []


def test_an_experiment_proves_its_model_on_its_first_test_images(tmp_path):
    write_world(tmp_path)
    classifier = read_experiment(tmp_path / "pth.toml").classifier()
    assert (classifier.understood.images, classifier.understood.mode) == (4, "RGB")
    assert not classifier.understood.assumed
