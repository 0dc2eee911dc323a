import numpy as np
import torch

from opnp.seen import seen


def test_undoes_a_normalisation_up_to_stretch():
    pixels = torch.linspace(0, 1, 12).reshape(1, 3, 4)
    assert np.array_equal(seen((pixels - 0.286) / 0.353), seen(pixels))


def test_colour_keeps_its_channels_last():
    assert seen(torch.rand(3, 5, 7)).shape == (5, 7, 3)


def test_a_constant_image_is_drawn_not_divided_by_zero():
    assert np.array_equal(seen(torch.full((1, 2, 2), 4.0)), np.zeros((2, 2), dtype=np.uint8))
