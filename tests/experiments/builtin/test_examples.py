import numpy as np

from opnp.experiments.builtin.data import fashion_test, ood_images
from opnp.experiments.builtin.examples import example_images
from opnp.experiments.builtin.net import CLASS_NAMES


def test_garments_and_strangers():
    examples = example_images()
    assert len({example.key for example in examples}) == len(examples) == 8
    garments = [example for example in examples if example.in_distribution]
    assert len({example.title for example in garments} & set(CLASS_NAMES)) == 4
    images, labels = fashion_test()
    known = {image.tobytes(): CLASS_NAMES[label] for image, label in zip(images, labels, strict=True)}
    assert all(known[example.image.tobytes()] == example.title for example in garments)


def test_strangers_are_what_they_are_called():
    examples = {example.key: example for example in example_images()}
    digits = {image.tobytes() for image in ood_images("mnist")}
    assert examples["digit"].image.tobytes() in digits
    assert np.asarray(examples["letter"].image).max() > 150
    for key in ("temple", "flower"):
        assert examples[key].image.mode == "RGB"
        assert min(examples[key].image.size) >= 300


def test_the_same_every_time():
    first, second = example_images(), example_images()
    assert [example.image.tobytes() for example in first] == [example.image.tobytes() for example in second]
