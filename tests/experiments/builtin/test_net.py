import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from opnp.errors import InvalidDataError, MissingDataError
from opnp.experiments.builtin.data import fashion_test
from opnp.experiments.builtin.net import (
    CLASS_NAMES,
    FASHION_WEIGHTS,
    MEAN,
    STD,
    FashionTransform,
    SmallCNN,
    load_fashion_net,
)
from opnp.models import split


@pytest.fixture(scope="module")
def net():
    return load_fashion_net()


def test_committed_weights_tell_the_committed_test_images_apart(net):
    images, labels = fashion_test()
    inputs = ((torch.from_numpy(images).float() / 255 - MEAN) / STD).unsqueeze(1)
    with torch.inference_mode():
        predicted = torch.cat([net(part).argmax(1) for part in inputs.split(500)])
    right = predicted == torch.from_numpy(labels)
    assert right.double().mean() >= 0.92
    for label in range(10):  # none is swapped with another; "Shirt" is the hard one
        assert right[labels == label].double().mean() >= 0.7


def test_size(net):
    assert sum(parameter.numel() for parameter in net.parameters()) == 313_450
    assert FASHION_WEIGHTS.stat().st_size < 3_000_000
    assert net.head.weight.shape == (len(CLASS_NAMES), 256)


def test_loaded_net_is_for_evaluation_only(net):
    assert not any(module.training for module in net.modules())
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_features_are_never_negative(net):
    with torch.inference_mode():
        features = net.features(torch.randn(4, 1, 28, 28, generator=torch.Generator().manual_seed(0)))
    assert features.shape == (4, 256)
    assert features.min() >= 0
    assert features.max() > 0


def test_net_splits_at_its_head(net):
    images = torch.randn(4, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    classifier = split(net, images, transform=FashionTransform(), transform_id="t", class_names=CLASS_NAMES)
    assert torch.equal(classifier.weight, net.head.weight)
    with torch.inference_mode():
        torch.testing.assert_close(classifier.features(images), net.features(images))


def test_transform_leaves_pixels_of_the_right_size_alone():
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    expected = ((torch.from_numpy(pixels).float() / 255 - MEAN) / STD).unsqueeze(0)
    got = FashionTransform()(Image.fromarray(pixels))
    assert type(got) is torch.Tensor
    assert got.dtype == torch.float32
    torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
@pytest.mark.parametrize("size", [(1, 1), (28, 28), (301, 17)])
def test_transform_takes_any_picture(mode, size):
    assert FashionTransform()(Image.new(mode, size)).shape == (1, 28, 28)


def test_transform_averages_rather_than_skips_pixels():
    stripes = np.zeros((280, 280), dtype=np.uint8)
    stripes[:, ::2] = 255
    inside = FashionTransform()(Image.fromarray(stripes))[:, 1:-1, 1:-1]
    torch.testing.assert_close(inside, torch.full((1, 26, 26), (0.5 - MEAN) / STD), atol=0.02, rtol=0)


def test_missing_weights_say_how_to_get_them(tmp_path):
    with pytest.raises(MissingDataError, match=r"`net.safetensors`.*recipes.train_fashion") as caught:
        load_fashion_net(tmp_path / "net.safetensors")
    assert str(tmp_path) not in str(caught.value)


def test_damaged_weights_are_noticed(tmp_path):
    path = tmp_path / "net.safetensors"
    whole = FASHION_WEIGHTS.read_bytes()
    for content in (b"", b"not weights", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(InvalidDataError, match="torn or of another format"):
            load_fashion_net(path)


def test_weights_of_another_net_are_noticed(tmp_path):
    path = tmp_path / "net.safetensors"
    state = {name: tensor.contiguous() for name, tensor in SmallCNN().state_dict().items()}
    save_file({**state, "head.weight": torch.zeros(10, 128)}, path)
    with pytest.raises(InvalidDataError, match="weights of another net"):
        load_fashion_net(path)
