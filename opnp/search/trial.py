"""Rank windows that were tried by the rule of every search.

The rule: of the windows that cost at most so much ID accuracy, the one with the lowest macro FPR95 on the
tune halves; ties go to the higher AUROC, then to the earlier one. Threshold and accuracy come from the tune
half of the ID test set; what is reported comes from the other half, which no search sees.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from opnp.config import Pruning
from opnp.errors import InvalidSettingError

PARTNERS = 5
"""A search tries every pair of so many best weights' and best neurons' windows."""

MAX_ACCURACY_LOSS = 0.005


@dataclass(frozen=True)
class Trial:
    """A candidate on the tune halves.

    Attributes:
        pruning: The candidate.
        fpr95: Macro average over the tune halves of the OOD sets.
        auroc: Likewise.
        accuracy: On the tune half of the ID test set.
    """

    pruning: Pruning
    fpr95: float
    auroc: float
    accuracy: float


@dataclass(frozen=True)
class SearchResult:
    """Ranking of the windows that a search tried.

    Attributes:
        tried: Number of candidates.
        ranking: Those that cost no more accuracy than allowed, the best first; at least one.
    """

    tried: int
    ranking: tuple[Trial, ...]

    @property
    def best(self) -> Trial:
        """Chosen trial."""
        return self.ranking[0]


def rank_trials(trials: Iterable[Trial], *, least_accuracy: float) -> SearchResult:
    """Rank the trials by FPR95, then AUROC, then order; those below the accuracy are left out.

    Args:
        trials: At least one.
        least_accuracy: ID accuracy that a candidate has to keep.

    Raises:
        InvalidSettingError: If none keeps that accuracy.

    Example:
        >>> good, cheap = Trial(Pruning(), 0.2, 0.9, 0.80), Trial(Pruning(), 0.3, 0.9, 0.92)
        >>> rank_trials([good, cheap], least_accuracy=0.9).best.fpr95
        0.3
    """
    candidates = list(trials)
    kept = [trial for trial in candidates if trial.accuracy >= least_accuracy]
    if not kept:
        best = max((trial.accuracy for trial in candidates), default=0.0)
        raise InvalidSettingError(
            f"Expected one of the {len(candidates)} windows tried to keep the ID accuracy at "
            f"{100 * least_accuracy:.2f} % or above but the best keeps {100 * best:.2f} %. Allow a larger "
            "loss, or fix the windows by hand."
        )
    return SearchResult(len(candidates), tuple(sorted(kept, key=lambda trial: (trial.fpr95, -trial.auroc))))


def combine(weights: Pruning, neurons: Pruning) -> Pruning:
    """Combine one pruning's window and scope of weights with another's window and definition of neurons."""
    return Pruning(weights.weights, neurons.neurons, weights.scope, neurons.neuron_definition)
