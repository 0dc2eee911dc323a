"""Score every window between given edges in one pass: each from its neighbour's logits and one bin more.

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

from opnp._utils.checks import require_features, require_head
from opnp.errors import CancelledError, InvalidDataError, InvalidSettingError
from opnp.pruning import rank_bounds

EDGES = (0, 0.5, 1, 2, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 85, 90, 95, 98, 99, 99.5, 100)
"""21 ends of windows in percent of rank, close together at both ends, where a little pruning does much."""

_WORKING = 4_000_000
"""Partial logits held at once, 16 MB."""

_NEAR = 32_768
"""Logits that are worked on at once, 128 kB, so that they stay near the processor."""


@dataclass(frozen=True)
class Sweep:
    """Scores of N samples in every window low <= high between the edges.

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

    Memory: 4 V bytes a sample and 5 V a labelled one, V = E (E + 1) / 2 for E edges; E - 1 copies of the head
    (for neurons one in all); and some 16 MB to work in, whatever the number of samples and classes.

    Args:
        features: (N, D) floating point.
        labels: (n,) true classes of the first n <= N samples.
        weight: (C, D) of the head that the windows leave unpruned.
        bias: (C,).
        entry_ranks: What the windows run over: (C, D) ranks of the weights, by row or over all, from
            `opnp.pruning.weight_ranks`; or (D,) ranks of the neurons, from `opnp.pruning.neuron_ranks`.
        edges: Ends of windows in percent of rank, strictly ascending.
        progress: Told which share of the samples is done.
        cancel: Set from another thread, it stops after the current samples.

    Returns:
        Scores in every window.

    Raises:
        InvalidSettingError: If the edges do not ascend within [0, 100].
        InvalidDataError: If a shape does not fit.
        CancelledError: If it was cancelled.

    Example:
        >>> z, W, ranks = torch.tensor([[1.0, 2.0]]), torch.eye(2), torch.tensor([0, 1])
        >>> swept = sweep(z, torch.tensor([1]), W, torch.zeros(2), ranks, edges=(0, 50, 100))
        >>> swept.windows[4].tolist(), float(swept.scores[4, 0])  # only the second neuron: ln(e^0 + e^2)
        ([1, 2], 2.1269280910491943)
    """
    _require(features, labels, weight, bias, entry_ranks, edges)
    parts = [_part(weight, held) for held in _bins(entry_ranks, edges)]
    offset, known = bias.float().numpy(), labels.numpy()
    windows = np.stack(np.triu_indices(len(edges)), axis=1)
    swept = Sweep(
        windows,
        np.empty((len(windows), len(features)), np.float32),
        np.empty((len(windows), len(known)), np.float32),
        np.empty((len(windows), len(known)), np.bool_),
    )
    classes = len(offset)
    at_once, step = max(1, _WORKING // (len(edges) * classes)), max(1, _NEAR // classes)
    for start in range(0, len(features), at_once):
        block = features[start : start + at_once].float()
        partial = [(held @ block[:, columns].T).numpy() for columns, held in parts]  # (C, n) of each bin
        for first in range(0, len(block), step):
            if cancel is not None and cancel.is_set():
                raise CancelledError("The computation was stopped. Start it again when you need it.")
            _fill(swept, start + first, [part[:, first : first + step] for part in partial], offset, known)
        if progress is not None:
            progress((start + len(block)) / len(features))
    return swept


def _fill(
    swept: Sweep,
    start: int,
    partial: Sequence[npt.NDArray[np.float32]],
    bias: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
) -> None:
    """Write the scores of some samples, from `start` on, in every window.

    In numpy, which works in this thread alone: shared among threads, steps this small wait for busy cores.
    """
    samples = partial[0].shape[1]
    known = labels[start : start + samples]  # empty beyond the labelled samples
    here, end = slice(start, start + samples), start + len(known)
    scratch = np.empty((len(bias), samples), np.float32)
    for row, logits in enumerate(_logits(partial, bias)):
        top = logits.max(axis=0)  # (n,)
        np.exp(np.subtract(logits, top, out=scratch), out=scratch)
        lead = np.log(scratch.sum(axis=0))  # of the whole over the largest, = -ln confidence
        swept.scores[row, here] = top + lead
        if len(known):
            swept.confidence[row, start:end] = np.exp(-lead[: len(known)])
            swept.correct[row, start:end] = logits[:, : len(known)].argmax(axis=0) == known


def _logits(
    partial: Sequence[npt.NDArray[np.float32]], bias: npt.NDArray[np.float32]
) -> Iterator[npt.NDArray[np.float32]]:
    """Yield (C, n) logits of every window, by rows of the upper triangle; each is overwritten by the next."""
    logits = np.empty(partial[0].shape, np.float32)
    for low in range(len(partial) + 1):
        logits[:] = bias[:, None]
        yield logits
        for part in partial[low:]:
            logits += part
            yield logits


def _bins(entry_ranks: torch.Tensor, edges: Sequence[float]) -> Iterator[torch.Tensor]:
    """Yield the mask of entries in each bin between neighbouring edges."""
    size = int(entry_ranks.max()) + 1
    for window in pairwise(edges):
        first, last = rank_bounds(window, size)
        yield (entry_ranks >= first) & (entry_ranks < last)


def _part(weight: torch.Tensor, held: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the columns in which a bin holds anything, and its weights there, zero elsewhere."""
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
