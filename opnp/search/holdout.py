"""Evaluate a chosen window on images that the choice did not see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half, sets_in
from opnp.experiments.experiment import groups_of
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
        groups: Keys of the OOD sets of each group, such as near and far, by its name.
    """

    pruning: Pruning
    tune: Evaluation
    report: Evaluation
    unpruned: Evaluation
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def apart(self) -> dict[str, tuple[float, float]]:
        """Average FPR95 of each group held out, unpruned and pruned: one average of all would hide them."""
        return {
            name: (_mean(self.unpruned, keys), _mean(self.report, keys)) for name, keys in self.groups.items()
        }

    @property
    def worse(self) -> dict[str, tuple[float, float]]:
        """FPR95 of each OOD set that the pruning makes worse, held out, unpruned and pruned, by key."""
        both = {key: (self.unpruned.sets[key].fpr95, now.fpr95) for key, now in self.report.sets.items()}
        return {key: (before, now) for key, (before, now) in both.items() if now > before}

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
    snapshot, experiment = explorer.at(pruning), explorer.prepared.experiment
    reported = sets_in(ood, Half.REPORT, explorer.prepared.roles)
    return HeldOutResult(
        pruning,
        explorer.evaluate(snapshot, ood, Half.TUNE),
        explorer.evaluate(snapshot, ood, Half.REPORT),
        explorer.evaluate(explorer.at(UNPRUNED), ood, Half.REPORT),
        groups_of(experiment.ood, reported),
    )


def _mean(figures: Evaluation, keys: Sequence[str]) -> float:
    return float(np.mean([figures.sets[key].fpr95 for key in keys]))


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
