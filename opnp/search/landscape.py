"""Compute the figures of every window of weights, or of neurons, on a tuning set; and their Pareto front."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from opnp.config import NeuronDefinition, Pruning, RankScope, Window
from opnp.evaluation.intervals import fpr95_interval
from opnp.metrics import FloatArray, auroc, ece, fpr95
from opnp.search.sweep import EDGES, Sweep, sweep
from opnp.search.trial import Trial
from opnp.search.tuning_set import TuningSet

_SWEEPING = 0.7
"""Of the time, the part that scores take; figures take the rest."""


class Side(StrEnum):
    """Kind of entry that the windows run over."""

    WEIGHTS = "weights"
    """The weights, by the scope of `Pruning.scope`."""

    NEURONS = "neurons"
    """The neurons, by the definition of `Pruning.neuron_definition`."""


@dataclass(frozen=True)
class Landscape:
    """Figures of E x E windows on the tune halves; fractions, NaN where low > high.

    Attributes:
        side: What the windows run over.
        base: Everything else about the prunings: scope, definition and the other side's window.
        edges: (E,) in percent.
        ood: Keys of the OOD sets.
        fpr95: (sets, E, E) of each set, [set, low, high].
        auroc: (sets, E, E) likewise.
        ece: (E, E).
        accuracy: (E, E).
        margin: (E, E) half-width of the 95 % interval of the average FPR95 that comes from having looked at a
            sample, None where all images were used.
        images: Number of images behind it.
        population: Number of images there are.
    """

    side: Side
    base: Pruning
    edges: tuple[float, ...]
    ood: tuple[str, ...]
    fpr95: FloatArray
    auroc: FloatArray
    ece: FloatArray
    accuracy: FloatArray
    margin: FloatArray | None
    images: int
    population: int

    def pruning(self, low: int, high: int) -> Pruning:
        """Return the position between two edges, given by their places."""
        window = Window(float(self.edges[low]), float(self.edges[high]))
        return with_window(self.base, self.side, window)

    def trials(self, *, without: str | None = None) -> list[Trial]:
        """Return all windows, averaged over the sets; `without` leaves one set out of the average."""
        used = [place for place, key in enumerate(self.ood) if key != without]
        mean_fpr95, mean_auroc = self.fpr95[used].mean(axis=0), self.auroc[used].mean(axis=0)
        return [
            Trial(
                self.pruning(low, high),
                float(mean_fpr95[low, high]),
                float(mean_auroc[low, high]),
                float(self.accuracy[low, high]),
            )
            for low, high in _windows(len(self.edges))
        ]


def landscape(
    data: TuningSet,
    side: Side | str,
    base: Pruning,
    *,
    edges: tuple[float, ...] = EDGES,
    progress: Callable[[float], object] | None = None,
    cancel: threading.Event | None = None,
) -> Landscape:
    """Evaluate every window of one side, the other side's as it is in `base`.

    Args:
        data: What may be seen.
        side: What the windows run over.
        base: The rest of the pruning; its own window on that side is not used.
        edges: Ends of windows in percent, ascending.
        progress: Told which share is done.
        cancel: Set from another thread, it stops soon.

    Returns:
        Figures equal to those of `opnp.evaluation.evaluate.evaluate` at each window, to rounding.

    Raises:
        InvalidSettingError: If the edges do not ascend within [0, 100].
        InvalidDataError: If a score is NaN or infinite.
        CancelledError: If it was cancelled.
    """
    side = Side(side)
    heads, open_base = data.prepared.heads, with_window(base, side, Window())
    if side is Side.WEIGHTS:
        entry_ranks = heads.weight_ranks[RankScope(base.scope)]
    else:
        entry_ranks = heads.neuron_ranks[NeuronDefinition(base.neuron_definition)]

    def report(share: float) -> object:
        return progress(share) if progress is not None else None

    swept = sweep(
        data.features,
        data.labels,
        heads(open_base).weight,
        data.prepared.classifier.bias.cpu(),
        entry_ranks,
        edges=edges,
        progress=lambda share: report(_SWEEPING * share),
        cancel=cancel,
    )
    figures = _metrics(swept, data, len(edges), lambda share: report(_SWEEPING + (1 - _SWEEPING) * share))
    return Landscape(side, open_base, edges, data.ood, *figures, len(data.features), data.population)


def with_window(pruning: Pruning, side: Side, window: tuple[float, float]) -> Pruning:
    """Return a pruning with another window on one side.

    Example:
        >>> with_window(Pruning(weights=(0, 99)), Side.NEURONS, (30, 100)).kind
        'OPNP'
    """
    if side is Side.WEIGHTS:
        return replace(pruning, weights=window)
    return replace(pruning, neurons=window)


def pareto(trials: list[Trial]) -> list[Trial]:
    """Return the trials that no other beats in FPR95 without losing accuracy, the most accurate first.

    Example:
        >>> best, worse = Trial(Pruning(), 0.2, 0.9, 0.9), Trial(Pruning(), 0.3, 0.9, 0.8)
        >>> cheap = Trial(Pruning(), 0.1, 0.9, 0.7)
        >>> pareto([worse, cheap, best]) == [best, cheap]
        True
    """
    front: list[Trial] = []
    for trial in sorted(trials, key=lambda trial: (-trial.accuracy, trial.fpr95, -trial.auroc)):
        if not front or trial.fpr95 < front[-1].fpr95:
            front.append(trial)
    return front


def _windows(edges: int) -> list[tuple[int, int]]:
    return [(low, high) for low in range(edges) for high in range(low, edges)]


def _metrics(
    swept: Sweep, data: TuningSet, size: int, progress: Callable[[float], object]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray | None]:
    per_set = np.full((2, len(data.ood), size, size), np.nan)
    on_id = np.full((3, size, size), np.nan)
    for row, (low, high) in enumerate(swept.windows):
        id_scores, ood = data.split(swept.scores[row])
        for place, scores in enumerate(ood.values()):
            per_set[:, place, low, high] = fpr95(id_scores, scores), auroc(id_scores, scores)
        correct = swept.correct[row]
        on_id[:2, low, high] = ece(swept.confidence[row], correct), correct.mean()
        if data.sampled:
            ends = fpr95_interval(id_scores, list(ood.values()))
            on_id[2, low, high] = (ends.high - ends.low) / 2
        progress((row + 1) / len(swept.windows))
    return per_set[0], per_set[1], on_id[0], on_id[1], on_id[2] if data.sampled else None
