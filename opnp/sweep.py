"""Every window between given edges at once: the scores of one are those of its neighbour and one bin more.

The edges cut the ranks into bins. Each bin of weights gives partial logits, one product a bin; the logits of
the window [a, b] are the bias and the sum of the bins between, so each window costs one addition.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch

from opnp.checks import require_features, require_head
from opnp.errors import InvalidDataError, InvalidSettingError, OpnpError
from opnp.pruning import rank_bounds

EDGES = (0, 0.5, 1, 2, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 85, 90, 95, 98, 99, 99.5, 100)
"""21 ends of windows in percent of rank, close together at both ends, where a little pruning does much."""

_WORKING_BYTES = 16_000_000
_ONE_THREAD = 32_768
"""Entries up to which torch works in one thread. Small steps shared among threads wait for a busy core."""


class SweepCancelledError(OpnpError):
    """The sweep was stopped before its end."""


@dataclass(frozen=True)
class Sweep:
    """What the head says of N samples in every window low <= high between the edges.

    Attributes:
        windows: (V, 2) int64, the places of low and high among the edges.
        scores: (V, N) float32 energy scores.
        confidence: (V, n) float32 softmax maxima of the n labelled samples, which are the first.
        correct: (V, n) bool, whether the labelled samples were classified right.
    """

    windows: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    correct: npt.NDArray[np.bool_]


def sweep(
    features: torch.Tensor,
    labels: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor,
    entry_ranks: torch.Tensor,
    *,
    edges: Sequence[float] = EDGES,
    progress: Callable[[float], object] | None = None,
    cancel: threading.Event | None = None,
) -> Sweep:
    """Score all samples in every window in one pass over them.

    f[a, b] = f[a, b - 1] + Z (W o bin b)^T, beginning at f[a, a] = bias. Nothing is subtracted, so no window
    is less exact than a full product.

    Memory: 4 V bytes a sample and 5 V a labelled one, V = E (E + 1) / 2 for E edges, and some 16 MB to work
    in, whatever the number of samples and classes.

    Args:
        features: (N, D) floating point.
        labels: (n,) true classes of the first n <= N samples.
        weight: (C, D) of the head that the windows leave unpruned.
        bias: (C,).
        entry_ranks: What the windows run over: (C, D) ranks of the weights, by row or over all, from
            `opnp.pruning.weight_ranks`; or (D,) ranks of the neurons, from `opnp.pruning.ranks`.
        edges: Ends of windows in percent of rank, strictly ascending.
        progress: Told which share of the samples is done.
        cancel: Set from another thread, it stops after the current samples.

    Returns:
        Scores in every window.

    Raises:
        InvalidSettingError: If the edges do not ascend within [0, 100].
        InvalidDataError: If a shape does not fit.
        SweepCancelledError: If it was cancelled.

    Example:
        >>> z, W, ranks = torch.tensor([[1.0, 2.0]]), torch.eye(2), torch.tensor([0, 1])
        >>> swept = sweep(z, torch.tensor([1]), W, torch.zeros(2), ranks, edges=(0, 50, 100))
        >>> swept.windows[4].tolist(), float(swept.scores[4, 0])  # only the second neuron: ln(e^0 + e^2)
        ([1, 2], 2.1269280910491943)
    """
    _require(features, labels, weight, bias, entry_ranks, edges)
    parts = [_part(weight, held) for held in _bins(entry_ranks, edges)]
    first, last = np.triu_indices(len(edges))
    samples, labelled, classes = features.shape[0], labels.shape[0], weight.shape[0]
    scores = torch.empty(len(first), samples)
    confidence = torch.empty(len(first), labelled)
    correct = torch.empty(len(first), labelled, dtype=torch.bool)
    at_once = max(1, min(max(_ONE_THREAD // classes, 32), _WORKING_BYTES // (4 * len(edges) * classes)))
    for start in range(0, samples, at_once):
        if cancel is not None and cancel.is_set():
            raise SweepCancelledError("The computation was stopped. Start it again when you need it.")
        stop = min(start + at_once, samples)
        known = labels[start:stop]  # empty beyond the labelled samples
        for row, logits in enumerate(_logits(features[start:stop].float(), parts, bias.float())):
            top = logits.amax(dim=0)  # (n,)
            score = top + (logits - top).exp_().sum(dim=0).log_()
            scores[row, start:stop] = score
            if len(known):
                end, predicted = start + len(known), logits[:, : len(known)].argmax(dim=0)
                confidence[row, start:end] = (top - score)[: len(known)].exp_()
                correct[row, start:end] = predicted == known
        if progress is not None:
            progress(stop / samples)
    return Sweep(np.stack([first, last], axis=1), scores.numpy(), confidence.numpy(), correct.numpy())


def _logits(
    features: torch.Tensor, parts: Sequence[tuple[torch.Tensor, torch.Tensor]], bias: torch.Tensor
) -> Iterator[torch.Tensor]:
    """(C, n) logits of every window, row by row of the upper triangle; good until the next is asked for."""
    partial = [held @ features[:, columns].T for columns, held in parts]  # of each bin
    for low in range(len(parts) + 1):
        logits = bias[:, None].expand(-1, len(features)).clone()
        yield logits
        for part in partial[low:]:
            logits += part
            yield logits


def _bins(entry_ranks: torch.Tensor, edges: Sequence[float]) -> Iterator[torch.Tensor]:
    """Of each bin between neighbouring edges, which entries it holds."""
    size = int(entry_ranks.max()) + 1
    for window in pairwise(edges):
        first, last = rank_bounds(window, size)
        yield (entry_ranks >= first) & (entry_ranks < last)


def _part(weight: torch.Tensor, held: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The columns in which a bin holds anything, and its weights there, zero elsewhere."""
    kept = torch.where(held, weight.float(), torch.zeros(()))  # (C, D)
    columns = torch.nonzero((kept != 0).any(dim=0)).flatten()
    return columns, kept[:, columns].contiguous()


def _require(
    features: torch.Tensor,
    labels: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor,
    entry_ranks: torch.Tensor,
    edges: Sequence[float],
) -> None:
    require_head(weight, bias)
    require_features(features, weight.shape[1])
    if tuple(entry_ranks.shape) not in (tuple(weight.shape), (weight.shape[1],)):
        raise InvalidDataError(
            f"Expected `entry_ranks` to have shape {tuple(weight.shape)} for weights or ({weight.shape[1]},) "
            f"for neurons but got {tuple(entry_ranks.shape)}."
        )
    if labels.ndim != 1 or len(labels) > len(features):
        raise InvalidDataError(
            f"Expected `labels` to be a vector of at most {len(features)}, one for each of the first "
            f"samples, but got shape {tuple(labels.shape)}."
        )
    ascending = all(low < high for low, high in pairwise(edges))
    if len(edges) < 2 or not ascending or edges[0] < 0 or edges[-1] > 100:
        raise InvalidSettingError(
            f"Expected `edges` to be at least two percentages from 0 to 100 in ascending order but got "
            f"{tuple(edges)}."
        )
