"""A small net to split, and what tells whether a split left its model alone."""

import torch
from torch import nn
from torch.nn import functional

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
