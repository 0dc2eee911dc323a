"""Example images for visitors who have none at hand."""

import numpy as np
from PIL import Image

from opnp.experiments.builtin.contact_sheets import read_sheet
from opnp.experiments.builtin.data import ASSETS, fashion_test
from opnp.experiments.builtin.net import CLASS_NAMES
from opnp.experiments.builtin.synthetic import letters
from opnp.experiments.builtin.synthetic.patches import photographs_in_colour
from opnp.experiments.experiment import ExampleImage

_SEED = 7
_CROP = 384  # pixels of the photographs' 640 × 427


def example_images() -> list[ExampleImage]:
    """Return four garments of different classes, a digit, a letter and a crop of each of two photographs.

    Garments and digit are drawn at random from the committed test images and digits; the same every time.

    Raises:
        MissingDataError: If a committed file is missing.
        InvalidDataError: If a committed file is damaged.
    """
    return [*_garments(), _digit(), _letter(), *_photographs()]


def _garments() -> list[ExampleImage]:
    rng = np.random.Generator(np.random.PCG64(_SEED))
    images, labels = fashion_test()
    examples = []
    for label in sorted(rng.choice(len(CLASS_NAMES), 4, replace=False).tolist()):
        index = rng.choice(np.flatnonzero(labels == label))
        name = CLASS_NAMES[label]
        key = name.lower().replace("/", "-").replace(" ", "-")
        examples.append(ExampleImage(key, name, in_distribution=True, image=Image.fromarray(images[index])))
    return examples


def _digit() -> ExampleImage:
    images, labels = read_sheet(ASSETS / "mnist.png")
    index = int(np.random.Generator(np.random.PCG64(_SEED)).integers(len(images)))
    title = f"Handwritten {labels[index]}"
    return ExampleImage("digit", title, in_distribution=False, image=Image.fromarray(images[index]))


def _letter() -> ExampleImage:
    image = Image.fromarray(letters(1, _SEED)[0])
    return ExampleImage("letter", "Printed letter", in_distribution=False, image=image)


def _photographs() -> list[ExampleImage]:
    """Return the middle of each photograph, in colour and in its own resolution."""
    examples = []
    names = (("temple", "Photograph of a temple"), ("flower", "Photograph of a flower"))
    for (key, title), pixels in zip(names, photographs_in_colour(), strict=True):
        top, left = (pixels.shape[0] - _CROP) // 2, (pixels.shape[1] - _CROP) // 2
        crop = Image.fromarray(pixels[top : top + _CROP, left : left + _CROP])
        examples.append(ExampleImage(key, title, in_distribution=False, image=crop))
    return examples
