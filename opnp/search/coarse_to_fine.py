"""Search the best windows under a rule, coarse to fine, on a tuning set.

First every window of the landscapes; over weights and neurons together, then pairs of the best of both; then
smaller and smaller steps of each end from the best so far.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import product

from opnp.config import UNPRUNED, Pruning
from opnp.search.landscape import Landscape, Side, with_window
from opnp.search.trial import MAX_ACCURACY_LOSS, PARTNERS, SearchResult, Trial, combine, rank_trials
from opnp.search.tuning_set import TuningSet

STEPS = (4.0, 2.0, 1.0, 0.5)
"""By how much an end is moved, in percent of rank."""

MOST_MOVES = 120


class SearchSpace(StrEnum):
    """Kinds of entries that may be pruned."""

    WEIGHTS = "weights"
    """Weights only: OPP."""

    NEURONS = "neurons"
    """Neurons only: ONP."""

    BOTH = "both"
    """Either or both: OPNP."""


_SIDES = {
    SearchSpace.WEIGHTS: [Side.WEIGHTS],
    SearchSpace.NEURONS: [Side.NEURONS],
    SearchSpace.BOTH: list(Side),
}


def search(
    data: TuningSet,
    landscapes: Sequence[Landscape],
    space: SearchSpace | str,
    *,
    max_accuracy_loss: float = MAX_ACCURACY_LOSS,
) -> SearchResult:
    """Find the window with the lowest FPR95 among those that cost at most so much ID accuracy.

    Args:
        data: What the landscapes were made from.
        landscapes: Of the unpruned model: of each scope of weights, each definition of neurons, or some.
        space: What may be pruned.
        max_accuracy_loss: ID accuracy that it may cost, a fraction.

    Returns:
        The choice, unpruned if nothing is better; `tried` counts every window that was looked at.

    Raises:
        InvalidSettingError: If `space` is unknown.
    """
    sides = _SIDES[SearchSpace(space)]
    unpruned = data.trial(UNPRUNED)
    least = unpruned.accuracy - max_accuracy_loss
    of_side = {}
    for side in sides:
        windows = [trial for part in landscapes if part.side is side for trial in part.trials()]
        of_side[side] = rank_trials([unpruned, *windows], least_accuracy=least)
    trials = [trial for choice in of_side.values() for trial in choice.ranking]
    tried = sum(choice.tried for choice in of_side.values())
    if len(sides) > 1:
        weights, neurons = (of_side[side].ranking[:PARTNERS] for side in Side)
        pairs = [data.trial(combine(w.pruning, n.pruning)) for w, n in product(weights, neurons)]
        trials, tried = trials + pairs, tried + len(pairs)
    moves = _refine(data, rank_trials(trials, least_accuracy=least).best, sides, least)
    choice = rank_trials([*trials, *moves], least_accuracy=least)
    return replace(choice, tried=tried + len(moves))


def _refine(data: TuningSet, best: Trial, sides: Sequence[Side], least: float) -> list[Trial]:
    """Return every window tried on the way down from `best`."""
    trials = {best.pruning: best}
    for step in STEPS:
        going = True
        while going and len(trials) <= MOST_MOVES:
            near = [pruning for pruning in _neighbours(best.pruning, sides, step) if pruning not in trials]
            trials |= {pruning: data.trial(pruning) for pruning in near}
            best_near = rank_trials([best, *(trials[pruning] for pruning in near)], least_accuracy=least).best
            going, best = best_near is not best, best_near
    return list(trials.values())[1:]


def _neighbours(pruning: Pruning, sides: Sequence[Side], step: float) -> Iterator[Pruning]:
    for side, end, direction in product(sides, (0, 1), (-step, step)):
        ends = list(pruning.weights if side is Side.WEIGHTS else pruning.neurons)
        ends[end] = min(max(ends[end] + direction, 0.0), 100.0)
        if ends[0] < ends[1]:
            yield with_window(pruning, side, (ends[0], ends[1]))
