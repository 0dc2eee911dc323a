"""A few of an experiment's own images, to verify its model when it is loaded."""

from collections.abc import Iterator, Sequence

from PIL import Image

from opnp._utils.foreign_code import RAISED
from opnp.data.image_set import ImageSet

COUNT = 4
_LOOKED_AT = 32
"""Images of a set that are tried at most; the others of a folder of damaged ones are left alone."""


def first_pictures(sets: Sequence[ImageSet]) -> list[Image.Image]:
    """Return the first four images of the sets that can be decoded, the earlier sets' first.

    Sets that are missing, and images that are damaged, are passed over: whoever uses them says so.
    """
    pictures: list[Image.Image] = []
    for images in sets:
        for image in _decoded(images):
            pictures.append(image)
            if len(pictures) == COUNT:
                return pictures
    return pictures


def _decoded(images: ImageSet) -> Iterator[Image.Image]:
    try:
        if images.missing():
            return
        opened = images.open()
        count = min(len(opened), _LOOKED_AT)
    except RAISED:  # a data set is foreign code; its extraction says what is wrong
        return
    for index in range(count):
        try:
            image = opened[index][0]
            image.load()
        except RAISED:  # as above; a damaged image is skipped by the extraction too
            continue
        yield image
