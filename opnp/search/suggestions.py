"""Suggest windows to try first: of all that a search tried, the best of each kind."""

from opnp.config import UNPRUNED
from opnp.search.trial import SearchResult, Trial

KINDS = ("OPP", "ONP", "OPNP")
"""Kinds of pruning in the order of suggestions: weights alone, neurons alone, both."""


def suggestions(result: SearchResult) -> tuple[Trial, ...]:
    """Return the best window of each kind that has a lower FPR95 on the tune halves than the unpruned model.

    Args:
        result: Of a search that had the unpruned model among its candidates.

    Returns:
        At most one trial a kind, in the order of `KINDS`; none where pruning does not help.

    Example:
        >>> from opnp.config import Pruning
        >>> helps = Trial(Pruning(weights=(0, 96)), 0.1, 0.9, 0.9)
        >>> hurts = Trial(Pruning(neurons=(0, 99)), 0.4, 0.9, 0.9)
        >>> ranking = (helps, Trial(UNPRUNED, 0.3, 0.9, 0.9), hurts)
        >>> suggestions(SearchResult(3, ranking)) == (helps,)
        True
    """
    unpruned = unpruned_trial(result)
    best: dict[str, Trial] = {}
    for trial in result.ranking:
        if trial.fpr95 < unpruned.fpr95:
            best.setdefault(trial.pruning.kind, trial)
    return tuple(best[kind] for kind in KINDS if kind in best)


def unpruned_trial(result: SearchResult) -> Trial:
    """Return the unpruned model's figures in a search that had it among its candidates."""
    return next(trial for trial in result.ranking if trial.pruning.kind == UNPRUNED.kind)
