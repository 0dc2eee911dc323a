import copy
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from model_toys import Net, assert_unchanged, logits_of, snapshot, split_toy
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations


@pytest.fixture
def example():
    return torch.randn(4, 1, 8, 8)


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


def test_tensors_are_shared_not_copied(example):
    model = Net()
    classifier = split_toy(model, example)
    own = {id(t) for t in (*model.parameters(), *model.buffers())}
    assert all(id(t) in own for t in (*classifier.backbone.parameters(), *classifier.backbone.buffers()))
    assert classifier.weight.data_ptr() == model.fc.weight.data_ptr()
    assert classifier.bias.data_ptr() == model.fc.bias.data_ptr()
    assert not any(m is n for m in model.modules() for n in classifier.backbone.modules())


def test_no_hook_of_the_search_stays_on_the_backbone(example):
    model = Net()
    model.conv.register_forward_hook(lambda *_: None)
    backbone = split_toy(model, example).backbone
    assert sum(len(module._forward_hooks) for module in backbone.modules()) == 1


def test_features_are_of_use_downstream(example):
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


class WritesIntoItsInput(Net):
    def forward(self, images):
        return super().forward(images.mul_(0.5).sub_(0.1))


def test_a_model_that_writes_into_its_input_is_split_and_leaves_the_images(example):
    model = WritesIntoItsInput().eval()
    before = example.clone()
    classifier = split_toy(model, example)
    again = logits_of(classifier, example)
    assert torch.equal(example, before)
    assert torch.allclose(again, logits_of(classifier, example), rtol=0.0, atol=0.0)
    with torch.no_grad():
        assert torch.allclose(again, model(before.clone()), atol=1e-5)
