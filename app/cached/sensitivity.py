"""Ranks, heads and what else the Sensitivity page asks for again at every move."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from app.cached.prepared import ready

if TYPE_CHECKING:
    import torch

    from opnp.config import Pruning, RankScope
    from opnp.nearest import Nearest
    from opnp.pruning import PrunedHead

MOST_LOGITS = 8_000_000
"""Kept for the images that drive neurons; larger ID test sets are sampled."""


@dataclass(frozen=True)
class Sampled:
    """ID test images with the unpruned model's logits. Shared and read-only.

    Attributes:
        rows: (n,) int64 rows of the ID test set, ascending.
        logits: (n, C) float32.
    """

    rows: "torch.Tensor"
    logits: "torch.Tensor"


def _digest(sample: "torch.Tensor") -> str:
    """Of one sample's features: a key of a few bytes."""
    from opnp.datasets import content_identity

    return content_identity(sample.numpy().tobytes())


@st.cache_resource(max_entries=8, show_spinner=False)
def weight_ranks(key: str, scope: "RankScope") -> "torch.Tensor":
    """(C, D) int64 ranks of the weights' sensitivities."""
    from opnp.pruning import weight_ranks as ranked

    return ranked(ready(key).prepared.maps.weights, scope)


@st.cache_resource(max_entries=16, show_spinner=False)
def head(key: str, pruning: "Pruning") -> "PrunedHead":
    """The last layer at a position, without looking at any image."""
    from opnp.config import RankScope
    from opnp.pruning import apply_ranks, ranks

    prepared = ready(key).prepared
    neurons = ranks(prepared.maps.neurons[pruning.neuron_definition])  # type: ignore[index]
    weight = prepared.classifier.weight.cpu().float()
    insensitive = prepared.maps.weights == 0
    return apply_ranks(weight, weight_ranks(key, RankScope(pruning.scope)), neurons, insensitive, pruning)


@st.cache_resource(max_entries=4, show_spinner=False)
def sampled_logits(key: str) -> Sampled:
    """Logits of the ID test set, or of a seeded sample of a large one."""
    import torch
    from torch.nn import functional

    prepared = ready(key).prepared
    features, classifier = prepared.id_test.features, prepared.classifier
    most = max(MOST_LOGITS // len(classifier.bias), 1)
    order = torch.randperm(len(features), generator=torch.Generator().manual_seed(0))
    rows = order[:most].sort().values
    weight, bias = classifier.weight.cpu().float(), classifier.bias.cpu().float()
    return Sampled(rows, functional.linear(features[rows].float(), weight, bias))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={"torch.Tensor": _digest})
def nearest_rows(key: str, sample: "torch.Tensor", count: int) -> "Nearest":
    """The rows of the ID test set most like a sample's (D,) features."""
    from opnp.nearest import nearest

    return nearest(ready(key).prepared.id_test.features, sample, count)


@st.cache_resource(max_entries=8, show_spinner=False)
def usual_similarity(key: str) -> float:
    """The cosine of a typical ID test image to the closest other one."""
    from opnp.nearest import usual_similarity as usual

    return usual(ready(key).prepared.id_test.features)
