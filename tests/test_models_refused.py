import threading

import pytest
import torch
from model_toys import Net, assert_unchanged, snapshot, split_toy
from torch import nn
from torch.nn import functional

from opnp.errors import InvalidDataError, UnsupportedModelError


@pytest.fixture
def example():
    return torch.randn(4, 1, 8, 8)


def raising(_):
    raise RuntimeError("the forward pass broke")


def softmaxed(logits):
    return logits.softmax(1)


@pytest.mark.parametrize(
    ("model", "error"),
    [(Net(after=raising), InvalidDataError), (Net(after=softmaxed), UnsupportedModelError)],
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


class CosineHead(nn.Linear):
    def forward(self, features):
        return 10 * functional.linear(functional.normalize(features), functional.normalize(self.weight))


class TwoLogits(Net):
    def forward(self, images):
        return super().forward(images), None


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
        Net(after=lambda logits: logits.log_softmax(1)),
        Net(after=lambda logits: logits[None]),
        cosine_net(),
        TwoLogits(),
        Reshaping(),
        PeeksAtItsHead(),
    ],
    ids=["log softmax", "3-d", "cosine", "tuple", "reshape", "peek"],
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


def leaving(_):
    raise SystemExit(0)


def test_a_forward_pass_that_ends_the_process_is_refused(example):
    with pytest.raises(InvalidDataError, match="raised SystemExit: 0"):
        split_toy(Net(after=leaving), example)


class Counts(Net):
    passes = 0

    def forward(self, images):
        self.passes += 1
        return super().forward(images) * (1 + 0.01 * self.passes)


def test_a_model_that_keeps_something_is_not_called_random(example):
    with pytest.raises(UnsupportedModelError, match="keeps something from one pass to the next") as caught:
        split_toy(Counts(), example)
    assert "dropout" not in str(caught.value).lower()


@pytest.mark.parametrize("where", ["register_forward_hook", "register_forward_pre_hook"])
def test_a_hook_on_the_last_layer_is_named(example, where):
    model = Net()
    twice = (lambda *given: given[-1] * 2) if where == "register_forward_hook" else (lambda _, x: (x[0] * 2,))
    getattr(model.fc, where)(twice)
    with pytest.raises(
        UnsupportedModelError, match=r"a hook on the last layer `fc` changes .* Remove the hook"
    ):
        split_toy(model, example)


class Matrix(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.weight = nn.Conv2d(1, 4, 3), nn.Parameter(torch.randn(4, 3))

    def forward(self, images):
        return self.conv(images).relu().mean((2, 3)) @ self.weight


def test_a_net_without_a_linear_layer_is_told_so(example):
    with pytest.raises(UnsupportedModelError, match=r"it has no nn\.Linear: .* Let `forward` return"):
        split_toy(Matrix(), example)
