"""Cache ranks and pruned heads, which the Sensitivity page asks for at every move."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.cached.prepared import ready

if TYPE_CHECKING:
    import torch

    from opnp.config import Pruning
    from opnp.interpret.nearest import Nearest
    from opnp.prepare import Prepared
    from opnp.pruning import PrunedHead

MOST_LOGITS = 8_000_000
"""Of a set, kept for the images that drive neurons; larger sets are sampled, OOD sets to an eighth of it."""


@dataclass(frozen=True)
class Sampled:
    """Images of a set with the unpruned model's logits. Shared and read-only.

    Attributes:
        rows: (n,) int64 rows of the set, ascending.
        logits: (n, C) float32.
    """

    rows: "torch.Tensor"
    logits: "torch.Tensor"


def _digest(sample: "torch.Tensor") -> str:
    """Hash one sample's features into a key of a few bytes."""
    from opnp.data.image_set import content_identity

    return content_identity(sample.numpy().tobytes())


@st.cache_resource(max_entries=16, show_spinner=False)
def head(key: str, pruning: "Pruning") -> "PrunedHead":
    """Return the pruned last layer at a position, without looking at any image."""
    return ready(key).prepared.heads(pruning)


@st.cache_resource(max_entries=4, show_spinner=False)
def sampled_logits(key: str) -> Sampled:
    """Compute the logits of the ID test set, or of a seeded sample of a large one."""
    prepared = ready(key).prepared
    return _sampled(prepared, prepared.id_test.features, np.arange(len(prepared.id_test.labels)), MOST_LOGITS)


@st.cache_resource(max_entries=32, show_spinner=False)
def sampled_ood_logits(key: str, set_key: str) -> Sampled:
    """Compute the logits of the tuning half of an OOD set, or of a seeded sample of it."""
    from opnp.evaluation.splits import Half

    prepared = ready(key).prepared
    rows = prepared.rows_in(set_key, Half.TUNE)
    return _sampled(prepared, prepared.ood[set_key].features, rows, MOST_LOGITS // 8)


def _sampled(
    prepared: "Prepared", features: "torch.Tensor", rows: npt.NDArray[np.int64], most: int
) -> Sampled:
    import torch
    from torch.nn import functional

    weight, bias = prepared.classifier.weight.cpu().float(), prepared.classifier.bias.cpu().float()
    drawn = np.random.default_rng(0).permutation(rows)[: max(most // len(bias), 1)]
    chosen = torch.from_numpy(np.sort(drawn))
    return Sampled(chosen, functional.linear(features[chosen].float(), weight, bias))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={"torch.Tensor": _digest})
def nearest_rows(key: str, sample: "torch.Tensor", count: int) -> "Nearest":
    """Find the rows of the ID test set most like a sample's (D,) features."""
    from opnp.interpret.nearest import nearest

    return nearest(ready(key).prepared.id_test.features, sample, count)


@st.cache_resource(max_entries=8, show_spinner=False)
def usual_similarity(key: str) -> float:
    """Return the cosine of a typical ID test image to the closest other one."""
    from opnp.interpret.nearest import usual_similarity as usual

    return usual(ready(key).prepared.id_test.features)
