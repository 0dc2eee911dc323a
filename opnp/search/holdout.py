"""Evaluate a chosen window on images that the choice did not see."""

from collections.abc import Sequence
from dataclasses import dataclass

from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half, sets_in
from opnp.explorer import Explorer
from opnp.search.landscape import Landscape
from opnp.search.trial import MAX_ACCURACY_LOSS, Trial, rank_trials


@dataclass(frozen=True)
class HeldOutResult:
    """Figures of a pruning on both halves of the OOD sets, and of the unpruned model on the held-out one.

    Attributes:
        pruning: The pruning.
        tune: On the halves that were looked at while choosing.
        report: On the halves that were not.
        unpruned: The unpruned model on the latter.
    """

    pruning: Pruning
    tune: Evaluation
    report: Evaluation
    unpruned: Evaluation

    @property
    def gap(self) -> float:
        """Excess of FPR95 on the held-out halves over FPR95 where the window was chosen."""
        return self.report.fpr95 - self.tune.fpr95

    @property
    def on_other_sets(self) -> bool:
        """True if other sets are reported on than tuned on, not two halves of the same."""
        return self.tune.sets.keys() != self.report.sets.keys()

    @property
    def within_chance(self) -> bool:
        """True if the tune value lies within the held-out value's 95 % interval."""
        low, high = self.report.fpr95_interval
        return low <= self.tune.fpr95 <= high


@dataclass(frozen=True)
class LeaveOneOutResult:
    """A window chosen without one OOD set, on that set's held-out half.

    Attributes:
        key: The set.
        trial: The window, with its figures on the other sets' tune halves.
        report: Its figures on the set.
        unpruned: The unpruned model's.
    """

    key: str
    trial: Trial
    report: Evaluation
    unpruned: Evaluation


def hold_out(explorer: Explorer, pruning: Pruning, ood: Sequence[str]) -> HeldOutResult:
    """Evaluate a chosen pruning on the OOD sets with those keys, all images.

    Raises:
        InvalidDataError: If no set is chosen.
    """
    snapshot = explorer.at(pruning)
    return HeldOutResult(
        pruning,
        explorer.evaluate(snapshot, ood, Half.TUNE),
        explorer.evaluate(snapshot, ood, Half.REPORT),
        explorer.evaluate(explorer.at(UNPRUNED), ood, Half.REPORT),
    )


def leave_one_out(
    explorer: Explorer, landscapes: Sequence[Landscape], *, max_accuracy_loss: float = MAX_ACCURACY_LOSS
) -> list[LeaveOneOutResult]:
    """Choose windows of the landscapes without each OOD set in turn, and evaluate them on that set.

    It tells what to expect of a choice on images unlike all that it was made with.

    Args:
        explorer: The experiment.
        landscapes: Of the unpruned model, all on the same OOD sets.
        max_accuracy_loss: ID accuracy that a window may cost, a fraction.

    Returns:
        One entry a set with images to report on; none where there are fewer than two sets to tune on.
    """
    sets = landscapes[0].ood
    if len(sets) < 2:
        return []
    unpruned = explorer.at(UNPRUNED)
    least = float(landscapes[0].accuracy[0, -1]) - max_accuracy_loss
    left = []
    for key in sets_in(sets, Half.REPORT, explorer.prepared.roles):
        trials = [trial for landscape in landscapes for trial in landscape.trials(without=key)]
        best = rank_trials(trials, least_accuracy=least).best
        report = explorer.evaluate(explorer.at(best.pruning), [key], Half.REPORT)
        left.append(LeaveOneOutResult(key, best, report, explorer.evaluate(unpruned, [key], Half.REPORT)))
    return left
