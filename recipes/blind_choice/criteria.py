"""Choose windows by criteria that see no OOD image, and tell what each choice is worth held out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer
from opnp.metrics import FloatArray
from opnp.prepare import Prepared
from opnp.search.find_windows import unpruned_landscapes
from opnp.search.trial import MAX_ACCURACY_LOSS
from opnp.search.tuning_set import TuningSet, make_tuning_set
from recipes.blind_choice.outliers import outliers

MARGIN = 0.04
"""By which a window has to be better on every kind of outlier at once."""

MOST_PRUNED = 20.0
"""Percent of ranks that the careful choice may prune."""


@dataclass(frozen=True)
class Windows:
    """Windows within the accuracy rule, and how FPR95 changes against each kind of made outlier.

    Attributes:
        prunings: The windows.
        change: (kinds, windows) FPR95 minus that of the unpruned model; midpoints first.
    """

    prunings: list[Pruning]
    change: FloatArray


def midpoints(windows: Windows) -> Pruning:
    """Return the window with the lowest FPR95 against midpoints."""
    return windows.prunings[int(windows.change[0].argmin())]


def careful(windows: Windows) -> Pruning:
    """Return the small pruning that is best on its worst kind, if it is better by a margin there."""
    share = np.array([_pruned(pruning) for pruning in windows.prunings])
    worst = np.where(share <= MOST_PRUNED, windows.change.max(axis=0), np.inf)
    best = int(worst.argmin())
    return windows.prunings[best] if worst[best] <= -MARGIN else UNPRUNED


CRITERIA: Mapping[str, Callable[[Windows], Pruning]] = {"midpoints": midpoints, "all four kinds": careful}


def regrets(prepared: Prepared) -> dict[str, float]:
    """Return by criterion how FPR95 changes against unpruned, on the report halves of the OOD sets."""
    windows, explorer = _windows(prepared), Explorer(prepared)

    def worth(pruning: Pruning) -> float:
        return explorer.evaluate(explorer.at(pruning), list(prepared.ood), Half.REPORT).fpr95

    unpruned = worth(UNPRUNED)
    return {name: worth(choose(windows)) - unpruned for name, choose in CRITERIA.items()}


def _windows(prepared: Prepared) -> Windows:
    tuned = make_tuning_set(prepared, list(prepared.ood))
    known = tuned.features[: tuned.sizes[0]]
    made = outliers(tuned)
    sizes = (len(known), *map(len, made.values()))
    features = torch.cat([known, *made.values()])
    data = TuningSet(prepared, tuple(made), features, tuned.labels, sizes, sum(sizes))
    landscapes = unpruned_landscapes(data)
    trials = [trial for part in landscapes for trial in part.trials()]
    low, high = np.triu_indices(len(landscapes[0].edges))
    change = np.concatenate([part.fpr95[:, low, high] - part.fpr95[:, :1, -1] for part in landscapes], axis=1)
    least = float(landscapes[0].accuracy[0, -1]) - MAX_ACCURACY_LOSS
    kept = [place for place, trial in enumerate(trials) if trial.accuracy >= least]
    return Windows([trials[place].pruning for place in kept], change[:, kept])


def _pruned(pruning: Pruning) -> float:
    return sum(low + 100 - high for low, high in (pruning.weights, pruning.neurons))
