import threading

import pytest
import torch
from model_toys import Net, assert_unchanged, snapshot, split_toy
from torch import nn
from torch.nn import functional

from opnp.errors import InvalidDataError, UnsupportedModelError


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


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
