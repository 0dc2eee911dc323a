"""The field's table for one experiment: MSP, Energy, OPP, ONP and OPNP on the held-out halves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.pruning import PrunedHead
from opnp.reports.metric_table import MetricTable, metric_table
from opnp.search.trial import MAX_ACCURACY_LOSS, Grid, SearchResult, choose_windows


class Method(StrEnum):
    """A row of the table."""

    MSP = "MSP"
    """Maximum softmax probability of the unpruned model."""

    ENERGY = "Energy"
    """Energy score of the unpruned model."""

    OPP = "OPP"
    """Energy score with weights pruned."""

    ONP = "ONP"
    """Energy score with neurons pruned."""

    OPNP = "OPNP"
    """Energy score with both pruned."""


@dataclass(frozen=True)
class Row:
    """One method.

    Attributes:
        method: Which.
        pruning: What it prunes.
        choice: How the windows were chosen; None where nothing is pruned.
        head: The last layer it uses.
        held_out: Its figures on the report halves.
    """

    method: Method
    pruning: Pruning
    choice: SearchResult | None
    head: PrunedHead
    held_out: MetricTable


@dataclass(frozen=True)
class Benchmark:
    """The table of one experiment.

    Attributes:
        rows: One for each method, in the order of `Method`.
        max_accuracy_loss: ID accuracy that a chosen window was allowed to cost, a fraction.
    """

    rows: tuple[Row, ...]
    max_accuracy_loss: float


def run_benchmark(
    explorer: Explorer,
    ood: Sequence[str],
    *,
    grid: Grid | None = None,
    max_accuracy_loss: float = MAX_ACCURACY_LOSS,
    progress: Callable[[int], object] | None = None,
) -> Benchmark:
    """Choose windows on the tune halves of the OOD sets, then evaluate every method on the report halves.

    Args:
        explorer: The experiment.
        ood: Keys of OOD sets.
        grid: Which windows are tried; all of `opnp.search.trial.WINDOWS` by default.
        max_accuracy_loss: ID accuracy that a chosen window may cost at most, a fraction.
        progress: Told how many windows were tried so far.

    Returns:
        The table.

    Raises:
        InvalidSettingError: If no window costs that little.
        InvalidDataError: If no OOD set is chosen, or a score is NaN or infinite.
    """
    choices = choose_windows(
        explorer, ood, grid or Grid(), max_accuracy_loss=max_accuracy_loss, progress=progress
    )
    chosen: Mapping[Method, SearchResult | None] = {
        Method.MSP: None,
        Method.ENERGY: None,
        Method.OPP: choices.opp,
        Method.ONP: choices.onp,
        Method.OPNP: choices.opnp,
    }
    rows = (_row(explorer, ood, method, choice) for method, choice in chosen.items())
    return Benchmark(tuple(rows), max_accuracy_loss)


def scored_by_confidence(snapshot: Snapshot) -> Snapshot:
    """A position whose scores are the maximum softmax probabilities instead of the energy scores."""
    ood = {key: said.by_confidence() for key, said in snapshot.ood.items()}
    return replace(snapshot, id_test=snapshot.id_test.by_confidence(), ood=ood)


def _row(explorer: Explorer, ood: Sequence[str], method: Method, choice: SearchResult | None) -> Row:
    pruning = UNPRUNED if choice is None else choice.best.pruning
    snapshot = explorer.at(pruning)
    scored = scored_by_confidence(snapshot) if method is Method.MSP else snapshot
    return Row(method, pruning, choice, snapshot.head, metric_table(explorer, scored, ood, Half.REPORT))
