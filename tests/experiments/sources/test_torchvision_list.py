"""Every classification model that torchvision lists: split at its head, or refused with the reason.

Weights are seeded noise, images are small. torchvision's own initialisation of its thousands of millions of
weights would take minutes, so it is skipped and large weights are views of one shared buffer.
"""

from unittest import mock

import pytest
import torch
from torch import nn
from torch.nn import functional

from opnp._utils.torchvision import import_torchvision
from opnp.errors import UnsupportedModelError
from opnp.experiments.sources.classifiers.torchvision import architectures
from opnp.models import split

CLASSES = 7
NO_LAST_LINEAR = {"squeezenet1_0", "squeezenet1_1"}
SIDES = {"alexnet": 64, "inception_v3": 75, "maxvit_t": 224, "vit_h_14": 28}
OPTIONS = {
    "googlenet": {"init_weights": False},
    "inception_v3": {"init_weights": False},
    "maxvit_t": {"input_size": (224, 224)},
}
SMALL, LARGEST = 1 << 20, 104_000_000


@pytest.fixture(scope="module")
def noise():
    return torch.randn(SMALL, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def shared(noise):
    return (noise / 50).repeat(-(-LARGEST // SMALL))


def built(name, side, noise, shared):
    options = {"image_size": side} if name.startswith("vit_") else OPTIONS.get(name, {})
    slow = {
        init: lambda tensor, *_, **__: tensor
        for init in dir(nn.init)
        if init.endswith(("uniform_", "normal_"))
    }
    with mock.patch.multiple(nn.init, **slow):
        model = import_torchvision().models.get_model(name, weights=None, num_classes=CLASSES, **options)
    for module in model.modules():
        for key, parameter in module._parameters.items():
            if parameter is not None:
                values = filled(module, parameter, noise, shared)
                module._parameters[key] = nn.Parameter(values, requires_grad=False)
    return model.eval()


def filled(module, parameter, noise, shared):
    """Noise of a size that keeps what passes through in range; biases 0, scales of norms as they were."""
    count = parameter.numel()
    if parameter.ndim >= 2:
        if count > SMALL:
            return shared[:count].view(parameter.shape)
        return noise[:count].view(parameter.shape) * parameter[0].numel() ** -0.5
    if isinstance(module, nn.Linear | nn.Conv2d):
        return torch.zeros_like(parameter)
    return parameter.detach()


@pytest.mark.parametrize("name", sorted(set(architectures()) - NO_LAST_LINEAR))
def test_it_is_split_at_its_last_linear_layer(name, noise, shared):
    side = SIDES.get(name, 32)
    model = built(name, side, noise, shared)
    images = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))
    classifier = split(model, images, transform=lambda image: image, transform_id="none")
    with torch.no_grad():
        expected = model(images)
        features = classifier.features(images)
    assert features.shape[1] > 1
    assert not torch.equal(expected[0], expected[1])
    again = functional.linear(features, classifier.weight, classifier.bias)
    torch.testing.assert_close(again, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))
    assert classifier.class_names[-1] == "class 6"


@pytest.mark.parametrize("name", sorted(NO_LAST_LINEAR))
def test_those_that_end_in_a_convolution_are_refused_with_the_reason(name, noise, shared):
    model = built(name, 64, noise, shared)
    with pytest.raises(UnsupportedModelError, match="a ReLU stands between the last convolution"):
        split(model, torch.randn(2, 3, 64, 64), transform=lambda image: image, transform_id="none")


def test_the_list_is_torchvisions_own():
    assert {"resnet50", "vit_b_16", "swin_t", "convnext_tiny", "vgg16"} <= set(architectures())
    assert set(architectures()) >= NO_LAST_LINEAR
