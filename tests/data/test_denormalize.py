import numpy as np
import pytest
import torch

from opnp.data.denormalize import denormalize


def normalised(pixels):
    """As torchvision's Normalize does, each channel its own."""
    count = len(pixels)
    mean, std = torch.linspace(0.2, 0.5, count), torch.linspace(0.3, 0.1, count)
    return (pixels - mean[:, None, None]) / std[:, None, None]


def looked_at(pixels):
    ends = (torch.full((len(pixels), 2, 2), end) for end in (0.0, 1.0))
    return denormalize(normalised(pixels), *map(normalised, ends))


@pytest.mark.parametrize("channels", [1, 3])
def test_undoes_a_normalisation(channels):
    pixels = torch.randint(0, 256, (channels, 3, 4), generator=torch.Generator().manual_seed(0))
    wanted = pixels[0] if channels == 1 else pixels.permute(1, 2, 0)
    assert np.array_equal(looked_at(pixels / 255), wanted)


@pytest.mark.parametrize("level", [0, 77, 255])
def test_an_even_picture_keeps_its_level(level):
    assert np.array_equal(looked_at(torch.full((1, 2, 2), level / 255)), np.full((2, 2), level))


def test_what_a_transform_puts_beyond_black_and_white_is_cut_off():
    ends = torch.zeros(1, 1, 1), torch.ones(1, 1, 1)
    assert denormalize(torch.tensor([[[-1.0, 2.0]]]), *ends).tolist() == [[0, 255]]


@pytest.mark.parametrize("value", [0.0, torch.nan])
def test_without_a_range_it_is_stretched_to_its_own(value):
    ends = torch.full((1, 2, 2), value)
    assert denormalize(torch.tensor([[[3.0, 5.0]]]), ends, ends).tolist() == [[0, 255]]
    assert np.array_equal(denormalize(torch.full((1, 2, 2), 4.0), ends, ends), np.zeros((2, 2)))
