"""Splits of torchvision's own architectures and of the embedded net, with random weights at small sizes."""

import copy

import pytest
import torch
from model_toys import assert_unchanged, logits_of, snapshot, split_toy
from torch.nn import functional

from opnp._utils.torchvision import import_torchvision
from opnp.errors import UnsupportedModelError
from opnp.experiments.builtin.net import load_fashion_net
from opnp.sensitivity.gradients import neuron_sensitivity, weight_sensitivity

VIT = {"image_size": 32, "patch_size": 16, "num_layers": 2, "num_heads": 4, "hidden_dim": 64, "mlp_dim": 128}
TORCHVISION = {
    "resnet18": ({}, 32, 512),
    "VisionTransformer": (VIT, 32, 64),
    "mobilenet_v3_small": ({}, 32, 1024),
    "efficientnet_b0": ({}, 32, 1280),
    "densenet121": ({}, 32, 1024),
    "convnext_tiny": ({}, 32, 768),
    "googlenet": ({"aux_logits": False, "init_weights": False}, 32, 1024),
}


def build(name, **options):
    torch.manual_seed(0)
    return getattr(import_torchvision().models, name)(num_classes=7, **options)


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision_models_are_split_and_come_back_as_they_were(name):
    options, side, width = TORCHVISION[name]
    model = build(name, **options).train()
    before = snapshot(model)
    images = torch.randn(3, 3, side, side)
    classifier = split_toy(model, images, classes=7)
    assert classifier.features(images).shape == (3, width)
    assert_unchanged(model, before)
    with torch.no_grad():
        expected = copy.deepcopy(model).eval()(images)
    torch.testing.assert_close(logits_of(classifier, images), expected, rtol=1e-5, atol=1e-5)


def test_a_model_that_ends_in_a_convolution_is_refused():
    model = build("squeezenet1_1")
    before = snapshot(model)
    with pytest.raises(
        UnsupportedModelError, match=r"a ReLU stands between the last convolution `classifier.1` and"
    ):
        split_toy(model, torch.randn(2, 3, 64, 64), classes=7)
    assert_unchanged(model, before)


def test_maps_of_the_embedded_net_are_the_gradients_of_its_own_energy():
    """The gradients are taken through the whole, unsplit model, sample by sample, in float64."""
    torch.manual_seed(0)
    model = load_fashion_net()
    images = torch.randn(12, 1, 28, 28)
    classifier = split_toy(model, images, classes=10)
    features = classifier.features(images)
    whole = copy.deepcopy(model).double().requires_grad_()
    head = next(m for m in whole.modules() if getattr(m, "out_features", None) == 10)
    taken = []
    head.register_forward_pre_hook(lambda _, inputs: taken.append(inputs[0]))
    by_weight, by_neuron = torch.zeros_like(head.weight), torch.zeros(features.shape[1], dtype=torch.float64)
    for image in images.double():
        energy = -torch.logsumexp(whole(image[None]), dim=1).sum()
        one, other = torch.autograd.grad(energy, (head.weight, taken[-1]))
        by_weight, by_neuron = by_weight + one.abs() / 12, by_neuron + other.abs()[0] / 12
    ours = weight_sensitivity(features, classifier.weight, classifier.bias)
    torch.testing.assert_close(
        ours.double(), by_weight.detach(), rtol=1e-5, atol=1e-7 * float(by_weight.max())
    )
    ours = neuron_sensitivity(features, classifier.weight, classifier.bias)
    torch.testing.assert_close(ours.double(), by_neuron, rtol=1e-5, atol=1e-7 * float(by_neuron.max()))
    logits = functional.linear(features, classifier.weight, classifier.bias)
    torch.testing.assert_close(logits, model(images).detach())
