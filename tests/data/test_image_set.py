import numpy as np
import pytest

from opnp.data.image_set import NO_LABEL, ArrayImages, ImageSet, content_identity
from opnp.errors import InvalidDataError


@pytest.mark.parametrize(("shape", "mode"), [((3, 4, 5), "L"), ((3, 4, 5, 3), "RGB")])
def test_images_and_labels_come_back_as_stored(shape, mode):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    images = ArrayImages(pixels, np.array([2, 0, 1]))
    assert len(images) == 3
    image, label = images[2]
    assert (image.mode, image.size, label) == (mode, (5, 4), 1)
    assert np.array_equal(np.asarray(image), pixels[2])
    assert type(label) is int


def test_without_labels_each_is_minus_one():
    assert ArrayImages(np.zeros((1, 2, 2), np.uint8))[0][1] == NO_LABEL == -1


def test_it_can_be_walked_through():
    assert len(list(ArrayImages(np.zeros((3, 2, 2), np.uint8)))) == 3


def test_drawing_on_an_image_leaves_the_set_alone():
    pixels = np.zeros((1, 2, 2), np.uint8)
    ArrayImages(pixels)[0][0].putpixel((0, 0), 255)
    assert (pixels == 0).all()


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 3, 3), np.float32),
        np.zeros((2, 3), np.uint8),
        np.zeros((2, 3, 3, 1), np.uint8),
        np.zeros((2, 3, 3, 4), np.uint8),
        np.zeros((2, 3, 3, 3, 3), np.uint8),
    ],
)
def test_pixels_of_another_shape_or_dtype(pixels):
    with pytest.raises(InvalidDataError, match="Expected `pixels` to be uint8"):
        ArrayImages(pixels)


@pytest.mark.parametrize("labels", [np.zeros(3, int), np.zeros((2, 1), int), np.zeros(2)])
def test_labels_that_do_not_fit(labels):
    with pytest.raises(InvalidDataError, match="Expected `labels` to be 2 whole numbers"):
        ArrayImages(np.zeros((2, 3, 3), np.uint8), labels)


def test_a_set_is_opened_only_when_asked():
    opened = []
    images = ArrayImages(np.zeros((1, 2, 2), np.uint8))
    one = ImageSet("one", "One", "One black image.", lambda: "id", lambda: opened.append(1) or images)
    assert (one.identity(), opened) == ("id", [])
    assert (one.open(), opened) == (images, [1])


def test_identities_tell_lists_of_parts_apart():
    lists = [(), ("",), ("a", "bc"), ("ab", "c"), ("abc",), ("a", "bc", ""), ("a", "b", "c")]
    assert len({content_identity(*parts) for parts in lists}) == len(lists)
    assert content_identity("a", b"b") == content_identity(b"a", "b")
    assert content_identity("x") == content_identity("x")
    assert len(content_identity("x")) == 64
