"""Heads that are linear but no last nn.Linear, taken off by algebra, and the reasons where there is none."""

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from model_toys import Net, assert_unchanged, logits_of, snapshot, split_toy
from torch import nn
from torch.nn import functional

from opnp.errors import UnsupportedModelError
from opnp.experiments.builtin.fashion import embedded_experiments


@pytest.fixture
def example():
    return torch.randn(4, 1, 8, 8)


class Body(nn.Module):
    """Positions (N, 5, 6, 6) with a nonlinearity, that end in what `head` makes of them."""

    def __init__(self, head, kernel=1):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 5, 3), nn.Conv2d(5, 3, kernel)
        self.end = head

    def forward(self, images):
        return self.end(self.fc, functional.gelu(self.conv(images)))


class Heads(nn.Module):
    """Several heads on parts of the features of different widths."""

    def __init__(self, count, weights=None):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(64, 7 * count), nn.GELU())
        self.heads = nn.ModuleList(nn.Linear(5 + number, 3) for number in range(count))
        self.weights = weights or [1 / count] * count

    def forward(self, images):
        features = self.body(images)
        given = [head(features[:, 6 * n : 6 * n + 5 + n]) for n, head in enumerate(self.heads)]
        return sum(weight * logits for weight, logits in zip(self.weights, given, strict=True))


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.fc = nn.Linear(8, 6), nn.Linear(6, 3)

    def forward(self, images):
        return self.fc(functional.gelu(self.body(images[:, 0]))).mean(1)


class TwoCrops(Net):
    def forward(self, images):
        return (super().forward(images) + super().forward(images.flip(3))) / 2


def pooled_before(layer, positions):
    return layer(positions.mean((2, 3), keepdim=True)).flatten(1)


def pooled_after(layer, positions):
    return layer(positions).mean((2, 3))


def over_everything(layer, positions):
    return layer(positions).flatten(1)


@pytest.mark.parametrize(
    ("build", "width", "words"),
    [
        (lambda: Body(pooled_before), 5, "convolution `fc`"),
        (lambda: Body(pooled_after), 5, "convolution `fc`"),
        (lambda: Body(over_everything, kernel=6), 180, "convolution `fc`"),
        (lambda: Heads(2), 11, "mean of the linear layers `heads.0` and `heads.1`"),
        (lambda: Heads(3), 18, "mean of the linear layers `heads.0` and `heads.1` and `heads.2`"),
        (lambda: Heads(2, [1.0, 1.0]), 11, "sum of the linear layers `heads.0` and `heads.1`"),
        (lambda: Heads(2, [0.7, 0.3]), 11, "weighted sum of the linear layers `heads.0` and `heads.1`"),
        (lambda: Net(after=lambda logits: 2 * logits), 6, "linear layer `fc`, times 2"),
        (lambda: Net(after=lambda logits: logits.mul_(2)), 6, "linear layer `fc`, times 2"),
        (lambda: Net(after=lambda logits: logits / 0.07), 6, "linear layer `fc`, times 14.29"),
        (Tokens, 6, "linear layer `fc`"),
        (TwoCrops, 6, "linear layer `fc`"),
    ],
)
def test_linear_heads_of_other_makes_are_taken_off(example, build, width, words):
    model = build()
    model.train()
    before = snapshot(model)
    classifier = split_toy(model, example)
    others = torch.randn(6, 1, 8, 8)
    with torch.no_grad():
        expected = copy.deepcopy(model).eval()(others)
    assert classifier.weight.shape == (3, width)
    torch.testing.assert_close(logits_of(classifier, others), expected, rtol=1e-4, atol=1e-4)
    assert classifier.understood.head == words
    assert_unchanged(model, before)


def test_features_of_several_heads_are_what_enters_them(example):
    model = Heads(2).eval()
    classifier = split_toy(model, example)
    features = model.body(example).detach()
    expected = torch.cat([features[:, :5], features[:, 6:12]], 1)
    torch.testing.assert_close(classifier.features(example), expected)
    weights = torch.cat([model.heads[0].weight, model.heads[1].weight], 1) / 2
    torch.testing.assert_close(classifier.weight, weights.detach())
    torch.testing.assert_close(classifier.bias, (model.heads[0].bias + model.heads[1].bias).detach() / 2)


@pytest.mark.parametrize("silent", [[0], [1], [0, 2], [0, 1, 2]])
def test_a_head_of_zeros_among_several_is_taken_off_with_the_others(example, silent):
    model = Heads(3).eval()
    for number in silent:
        for parameter in model.heads[number].parameters():
            nn.init.zeros_(parameter)
    classifier = split_toy(model, example)
    features = model.body(example).detach()
    expected = torch.cat([features[:, 6 * n : 6 * n + 5 + n] for n in range(3)], 1)
    torch.testing.assert_close(classifier.features(example), expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(logits_of(classifier, example), model(example).detach(), rtol=1e-4, atol=1e-4)
    assert classifier.understood.head.startswith("mean of the linear layers")


def test_such_a_classifier_is_shared_copied_and_exported_like_any(example):
    classifier = split_toy(Heads(2), example)
    expected = classifier.features(example)
    copied = copy.deepcopy(classifier)
    assert copied.fingerprint == classifier.fingerprint
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: classifier.features(example), range(32)))
    assert all(torch.equal(features, expected) for features in (*found, copied.features(example)))
    batch = torch.export.Dim("batch")
    program = torch.export.export(classifier.backbone, (example,), dynamic_shapes=({0: batch},))
    torch.testing.assert_close(program.module()(example[:3]), expected[:3])
    assert classifier.to(torch.device("meta")).features(example.to("meta")).shape == (4, 11)


def largest(layer, positions):
    return layer(positions).amax((2, 3))


def rectified(layer, positions):
    return functional.relu(layer(positions)).mean((2, 3))


class Cosine(nn.Linear):
    def forward(self, features):
        return 16 * functional.linear(functional.normalize(features), functional.normalize(self.weight))


class Odd(nn.Module):
    def __init__(self):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(3, 6))

    def forward(self, features):
        return -torch.cdist(features, self.centres)


def ending_in(layer):
    model = Net()
    model.fc = layer
    return model


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: Body(rectified), "a ReLU stands between the last convolution `fc` and the pooling"),
        (lambda: Body(largest), "the largest over all positions is taken of the last layer `fc`"),
        (
            lambda: ending_in(Cosine(6, 3)),
            r"its last layer `fc` normalises its input and its weights \(a cosine head\)",
        ),
        (lambda: ending_in(Odd()), r"they come from `fc` \(Odd\), which is no linear layer"),
        (
            lambda: Net(after=lambda logits: logits.log_softmax(1)),
            "log_softmax follows the last layer `fc`",
        ),
        (lambda: Net(after=lambda logits: logits.softmax(1)), "softmax follows the last layer `fc`"),
        (lambda: Net(after=torch.sigmoid), "a sigmoid follows the last layer `fc`"),
        (
            lambda: Net(after=lambda logits: logits / logits.norm(dim=1, keepdim=True)),
            "the last layer `fc` is scaled by a number that depends on the image",
        ),
        (lambda: Net(after=lambda logits: logits**3), "`forward` computes on after the last layer"),
    ],
)
def test_a_head_that_is_not_linear_is_refused_with_the_true_reason(example, build, reason):
    model = build()
    with pytest.raises(UnsupportedModelError, match=reason):
        split_toy(model, example)


def test_the_embedded_nets_fingerprint_never_changes_since_caches_are_kept_under_it():
    classifier = embedded_experiments()[0].classifier()
    assert classifier.fingerprint == "03161a8696ae15141870e56894a1bb9227edde3c5c6953db7612f2927b3cdfec"
    assert classifier.transform_id == "grey-28-antialias-norm-v1"
    assert classifier.understood.head == "linear layer `head`"


def test_a_memory_address_in_a_modules_text_is_not_in_the_fingerprint(example):
    class Called(nn.Module):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def forward(self, x):
            return self.function(x)

        def extra_repr(self):
            return f"{self.function}"

    def model(function):
        torch.manual_seed(0)
        return nn.Sequential(Called(function), Net())

    def made():
        def same(x):
            return x

        return same

    one, other = made(), made()
    assert repr(one) != repr(other)
    assert split_toy(model(one), example).fingerprint == split_toy(model(other), example).fingerprint


def test_a_tensor_that_is_a_plain_attribute_is_in_the_fingerprint_and_moves_along(example):
    def model(scale):
        torch.manual_seed(0)
        net = Net()
        net.scale = torch.tensor(scale)
        net.hidden.register_forward_pre_hook(lambda _, inputs: (inputs[0] * 1,))
        return net

    one, same, other = (split_toy(model(scale), example) for scale in (1.0, 1.0, 2.0))
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert one.to(torch.device("meta")).backbone.scale.is_meta
