import copy
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations

from opnp.errors import InvalidDataError, UnsupportedModelError
from opnp.models import Classifier, split


class Net(nn.Module):
    """Convolution, batch norm and dropout before a last linear layer; `after` is applied to its logits."""

    def __init__(self, after=None, bias=True):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.5)
        self.hidden = nn.Linear(4, 6)
        self.fc = nn.Linear(6, 3, bias=bias)
        self.after = after

    def forward(self, images):
        pooled = functional.relu(self.norm(self.conv(images))).mean((2, 3))
        logits = self.fc(self.drop(functional.relu(self.hidden(pooled))))
        return logits if self.after is None else self.after(logits)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.fixture
def example():
    return torch.randn(4, 1, 8, 8)


def split_toy(model: nn.Module, example: torch.Tensor, classes: int = 3) -> Classifier:
    names = tuple(f"class {i}" for i in range(classes))
    return split(model, example, transform=lambda _: example[0], transform_id="none", class_names=names)


def logits_of(classifier: Classifier, example: torch.Tensor) -> torch.Tensor:
    return functional.linear(classifier.features(example), classifier.weight, classifier.bias)


def snapshot(model: nn.Module):
    """Everything a split could change: tree, modes, flags, hooks, values and where they lie in memory."""
    modules = [
        (name, id(m), m.training, *(len(getattr(m, h)) for h in vars(m) if h.endswith("_hooks")))
        for name, m in model.named_modules(remove_duplicate=False)
    ]
    tensors = [
        (name, id(t), t.data_ptr(), t.requires_grad, t.device, t.detach().clone())
        for name, t in (*model.named_parameters(), *model.named_buffers())
    ]
    return modules, tensors


def assert_unchanged(model: nn.Module, before) -> None:
    modules, tensors = snapshot(model)
    assert modules == before[0]
    assert [t[:-1] for t in tensors] == [t[:-1] for t in before[1]]
    assert all(torch.equal(new[-1], old[-1]) for new, old in zip(tensors, before[1], strict=True))


@pytest.mark.parametrize("training", [True, False])
def test_splits_before_the_last_linear_in_evaluation_mode(example, training):
    model = Net().train(training)
    classifier = split_toy(model, example)
    assert torch.equal(classifier.weight, model.fc.weight)
    assert torch.equal(classifier.bias, model.fc.bias)
    assert classifier.features(example).shape == (4, 6)
    with torch.no_grad():
        expected = copy.deepcopy(model).eval()(example)
    torch.testing.assert_close(logits_of(classifier, example), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_the_model_comes_back_as_it_was(example, training):
    model = Net().train(training)
    model.conv.weight.requires_grad_(False)
    model.norm.eval()
    model.hidden.register_forward_hook(lambda *_: None)
    before = snapshot(model)
    classifier = split_toy(model, example)
    classifier.features(example)
    _ = classifier.fingerprint
    assert_unchanged(model, before)


def raising(_):
    raise RuntimeError("the forward pass broke")


def softmaxed(logits):
    return logits.softmax(1)


@pytest.mark.parametrize(
    ("model", "error"),
    [(Net(after=raising), RuntimeError), (Net(after=softmaxed), UnsupportedModelError)],
)
def test_the_model_comes_back_as_it_was_after_an_error(example, model, error):
    model.train()
    before = snapshot(model)
    with pytest.raises(error):
        split_toy(model, example)
    assert_unchanged(model, before)


def test_a_wrong_number_of_class_names_is_named_and_changes_nothing(example):
    model = Net()
    before = snapshot(model)
    with pytest.raises(UnsupportedModelError, match=r"Expected 3 class names.* but got 5"):
        split_toy(model, example, classes=5)
    assert_unchanged(model, before)


def test_tensors_are_shared_not_copied(example):
    model = Net()
    classifier = split_toy(model, example)
    own = {id(t) for t in (*model.parameters(), *model.buffers())}
    assert all(id(t) in own for t in (*classifier.backbone.parameters(), *classifier.backbone.buffers()))
    assert classifier.weight.data_ptr() == model.fc.weight.data_ptr()
    assert classifier.bias.data_ptr() == model.fc.bias.data_ptr()
    assert not any(m is n for m in model.modules() for n in classifier.backbone.modules())


def test_features_are_of_one_use_downstream(example):
    """Neither a gradient nor an inference-mode tensor that refuses one later."""
    features = split_toy(Net(), example).features(example)
    assert not features.requires_grad
    weight = torch.ones(3, 6, requires_grad=True)
    functional.linear(features, weight).sum().backward()
    assert weight.grad is not None


@pytest.mark.parametrize("bias", [True, False])
def test_a_bare_linear_layer_has_the_identity_as_backbone(bias):
    points = torch.randn(5, 2)
    layer = nn.Linear(2, 3, bias=bias)
    classifier = split_toy(layer, points)
    assert torch.equal(classifier.features(points), points)
    torch.testing.assert_close(logits_of(classifier, points), layer(points).detach())


def test_a_missing_bias_becomes_zeros(example):
    classifier = split_toy(Net(bias=False), example)
    assert torch.equal(classifier.bias, torch.zeros(3))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
@pytest.mark.parametrize("bias", [True, False])
def test_the_head_is_float32_whatever_the_model(example, dtype, bias):
    model = Net(bias=bias).to(dtype).eval()
    classifier = split_toy(model, example.to(dtype))
    assert (classifier.weight.dtype, classifier.bias.dtype) == (torch.float32, torch.float32)
    logits = logits_of(classifier, example.to(dtype))
    torch.testing.assert_close(logits, model(example.to(dtype)).detach().float(), rtol=2e-2, atol=2e-2)


def test_a_head_held_under_two_names_is_replaced_in_both(example):
    class Aliased(Net):
        def __init__(self):
            super().__init__()
            self.classifier = self.fc
            self.parts = nn.ModuleList([self.fc])

        def forward(self, images):
            pooled = functional.relu(self.norm(self.conv(images))).mean((2, 3))
            return self.parts[0](self.hidden(pooled))

    model = Aliased().eval()
    torch.testing.assert_close(logits_of(split_toy(model, example), example), model(example).detach())


def test_weight_normalised_linear_layers_are_split_by_the_weight_they_use(example):
    model = Net().eval()
    parametrizations.weight_norm(model.fc)
    torch.testing.assert_close(logits_of(split_toy(model, example), example), model(example).detach())


class CosineHead(nn.Linear):
    def forward(self, features):
        return 10 * functional.linear(functional.normalize(features), functional.normalize(self.weight))


class TwoLogits(Net):
    def forward(self, images):
        return super().forward(images), None


class ConvHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 8)
        self.head = nn.Conv2d(1, 3, 1)

    def forward(self, images):
        return self.head(self.hidden(images)).mean((2, 3))


class Reshaping(Net):
    def forward(self, images):
        return super().forward(images).reshape(-1, 3)


class PeeksAtItsHead(Net):
    def forward(self, images):
        return super().forward(images) if self.fc.out_features == 3 else images


def cosine_net():
    model = Net()
    model.fc = CosineHead(6, 3)
    return model


@pytest.mark.parametrize(
    "model",
    [
        Net(after=lambda logits: 2 * logits),
        Net(after=lambda logits: logits.mul_(2)),
        Net(after=lambda logits: logits.log_softmax(1)),
        Net(after=lambda logits: logits[None]),
        cosine_net(),
        TwoLogits(),
        ConvHead(),
        Reshaping(),
        PeeksAtItsHead(),
    ],
    ids=["scaled", "scaled in place", "log softmax", "3-d", "cosine", "tuple", "conv", "reshape", "peek"],
)
def test_models_whose_logits_are_not_one_linear_layer_are_refused(example, model):
    before = snapshot(model)
    with pytest.raises(UnsupportedModelError, match="Expected"):
        split_toy(model, example)
    assert_unchanged(model, before)


def test_a_model_that_cannot_be_copied_is_refused(example):
    model = Net()
    model.lock = threading.Lock()
    with pytest.raises(UnsupportedModelError, match="to allow a copy"):
        split_toy(model, example)


def test_logits_that_are_not_finite_are_named_as_such(example):
    example[2] = torch.nan
    with pytest.raises(InvalidDataError, match=r"Expected `logits` to be finite but entry \(2, 0\) is nan"):
        split_toy(Net(), example)


def test_threads_split_and_run_one_model_at_the_same_time(example):
    model = Net().train()
    before = snapshot(model)
    expected = logits_of(split_toy(model, example), example)

    def work(_):
        return logits_of(split_toy(model, example), example)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(64)))
    assert all(torch.equal(result, expected) for result in results)
    assert_unchanged(model, before)


@pytest.mark.parametrize("name", ["conv.weight", "norm.running_var", "fc.weight", "fc.bias", "offset"])
def test_the_fingerprint_changes_with_any_single_number(example, name):
    def build():
        torch.manual_seed(1)
        model = Net()
        model.register_buffer("offset", torch.zeros(2), persistent=False)
        return model

    first, same, changed = build(), build(), build()
    tensor = dict((*changed.named_parameters(), *changed.named_buffers()))[name]
    tensor.data.view(-1)[0] += 1e-6
    assert split_toy(first, example).fingerprint == split_toy(same, example).fingerprint
    assert split_toy(first, example).fingerprint != split_toy(changed, example).fingerprint


def test_the_fingerprint_sees_the_architecture(example):
    one, other = Net(), Net()
    other.load_state_dict(one.state_dict())
    other.conv.padding_mode = "reflect"
    assert split_toy(one, example).fingerprint != split_toy(other, example).fingerprint


def test_moving_a_classifier_leaves_the_model_and_the_original_where_they_are(example):
    model = Net()
    before = snapshot(model)
    classifier = split_toy(model, example)
    moved = classifier.to(torch.device("meta"))
    assert moved.weight.is_meta
    assert moved.bias.is_meta
    assert all(t.is_meta for t in (*moved.backbone.parameters(), *moved.backbone.buffers()))
    assert_unchanged(model, before)
    assert not logits_of(classifier, example).is_meta
    assert classifier.to(torch.device("cpu")).weight.data_ptr() == model.fc.weight.data_ptr()
