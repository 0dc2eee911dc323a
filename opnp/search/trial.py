"""Windows chosen from a small grid by what they do on the tune halves; the report halves are never read.

The rule: of the candidates that cost at most so much ID accuracy, the one with the lowest macro FPR95 on the
tune halves; ties go to the higher AUROC, then to the earlier candidate. Only the OOD sets are split: the ID
test set gives the threshold and the accuracy, here and in what is reported.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope, Window
from opnp.errors import InvalidSettingError
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer

LOWS = (0.0, 10.0, 30.0, 50.0, 80.0)
HIGHS = (95.0, 99.0, 100.0)
WINDOWS = tuple(Window(*ends) for ends in product(LOWS, HIGHS) if ends != OPEN)
"""Every low end with every high end, but for the window that prunes nothing."""

PARTNERS = 5
"""OPNP tries every pair of so many best weights' and best neurons' windows."""

MAX_ACCURACY_LOSS = 0.005


@dataclass(frozen=True)
class Grid:
    """Which prunings are tried. A single one is no choice: it is fixed by hand, and taken whatever it costs.

    Attributes:
        weights: Windows of the weights.
        neurons: Windows of the neurons.
        scopes: Scopes of the weights' ranks.
        definitions: Definitions of a neuron's sensitivity.
    """

    weights: tuple[Window, ...] = WINDOWS
    neurons: tuple[Window, ...] = WINDOWS
    scopes: tuple[RankScope, ...] = tuple(RankScope)
    definitions: tuple[NeuronDefinition, ...] = tuple(NeuronDefinition)

    @property
    def opp(self) -> list[Pruning]:
        """The candidates that prune weights only."""
        return [Pruning(weights=window, scope=scope) for scope, window in product(self.scopes, self.weights)]

    @property
    def onp(self) -> list[Pruning]:
        """The candidates that prune neurons only."""
        pairs = product(self.definitions, self.neurons)
        return [Pruning(neurons=window, neuron_definition=definition) for definition, window in pairs]


@dataclass(frozen=True)
class Trial:
    """A candidate on the tune halves.

    Attributes:
        pruning: The candidate.
        fpr95: Macro average over the tune halves of the OOD sets.
        auroc: Likewise.
        accuracy: On the ID test set.
    """

    pruning: Pruning
    fpr95: float
    auroc: float
    accuracy: float


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes:
        tried: Number of candidates.
        ranking: Those that cost no more accuracy than allowed, the best first; at least one.
        by_hand: Whether there was nothing to choose.
    """

    tried: int
    ranking: tuple[Trial, ...]
    by_hand: bool

    @property
    def best(self) -> Trial:
        """The chosen one."""
        return self.ranking[0]


@dataclass(frozen=True)
class Choices:
    """The chosen windows of each way to prune."""

    opp: SearchResult
    onp: SearchResult
    opnp: SearchResult


def choose_windows(
    explorer: Explorer,
    ood: Sequence[str],
    grid: Grid,
    *,
    max_accuracy_loss: float = MAX_ACCURACY_LOSS,
    progress: Callable[[int], object] | None = None,
) -> Choices:
    """Choose the windows of OPP, ONP and OPNP on the tune halves of the OOD sets with those keys.

    Args:
        explorer: The experiment.
        ood: Keys of OOD sets.
        grid: What to try. OPNP tries pairs of the best `PARTNERS` of OPP and of ONP.
        max_accuracy_loss: ID accuracy that a candidate may cost at most, a fraction.
        progress: Told how many candidates were tried so far.

    Returns:
        The choices.

    Raises:
        InvalidSettingError: If every candidate costs more accuracy than that.
    """
    tried = 0

    def trial(pruning: Pruning) -> Trial:
        nonlocal tried
        said = explorer.evaluate(explorer.at(pruning), ood, Half.TUNE)
        tried += 1
        if progress is not None:
            progress(tried)
        return Trial(pruning, said.fpr95, said.auroc, said.accuracy)

    least = trial(UNPRUNED).accuracy - max_accuracy_loss
    opp, onp = (
        choose(map(trial, candidates), least_accuracy=None if len(candidates) == 1 else least)
        for candidates in (grid.opp, grid.onp)
    )
    pairs = product(opp.ranking[:PARTNERS], onp.ranking[:PARTNERS])
    both = [combine(weights.pruning, neurons.pruning) for weights, neurons in pairs]
    limit = None if opp.by_hand and onp.by_hand else least
    return Choices(opp, onp, choose(map(trial, both), least_accuracy=limit))


def choose(trials: Iterable[Trial], *, least_accuracy: float | None) -> SearchResult:
    """Rank the trials by FPR95, then AUROC, then order; those below the accuracy are left out.

    Args:
        trials: At least one.
        least_accuracy: ID accuracy that a candidate has to keep; None for one that was fixed by hand.

    Raises:
        InvalidSettingError: If none keeps that accuracy.

    Example:
        >>> good, cheap = Trial(UNPRUNED, 0.2, 0.9, 0.80), Trial(UNPRUNED, 0.3, 0.9, 0.92)
        >>> choose([good, cheap], least_accuracy=0.9).best.fpr95
        0.3
    """
    candidates = list(trials)
    kept = [trial for trial in candidates if least_accuracy is None or trial.accuracy >= least_accuracy]
    if not kept:
        best = max((trial.accuracy for trial in candidates), default=0.0)
        raise InvalidSettingError(
            f"Expected one of the {len(candidates)} windows tried to keep the ID accuracy at "
            f"{_percent(least_accuracy)} or above but the best keeps {_percent(best)}. Allow a larger loss, "
            "or fix the windows by hand."
        )
    ranking = sorted(kept, key=lambda trial: (trial.fpr95, -trial.auroc))
    return SearchResult(len(candidates), tuple(ranking), by_hand=least_accuracy is None)


def combine(weights: Pruning, neurons: Pruning) -> Pruning:
    """The weights' window and scope of one pruning with the neurons' window and definition of another."""
    return Pruning(weights.weights, neurons.neurons, weights.scope, neurons.neuron_definition)


def _percent(fraction: float | None) -> str:
    return "any" if fraction is None else f"{100 * fraction:.2f} %"
