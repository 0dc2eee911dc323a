"""Evaluate recipes as rows of a table: figures on one half of every OOD set, or the reason for none."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from opnp.comparison.fit_data import Training
from opnp.comparison.recipe import Recipe
from opnp.comparison.score_cache import get_or_score
from opnp.comparison.scoring import MethodScores, score
from opnp.errors import CancelledError, OpnpError
from opnp.evaluation.evaluate import Evaluation, evaluate
from opnp.evaluation.intervals import Interval
from opnp.evaluation.splits import Half
from opnp.prepare import Prepared
from opnp.reports.metric_table import MetricTable, average, table_of
from opnp.store import Store

log = logging.getLogger("opnp.comparison")

FAILED = (
    "It failed on this data with {kind}; the log says where. Change its parameters, or choose another method."
)


@dataclass(frozen=True)
class Row:
    """A recipe and its figures.

    Attributes:
        name: Of the row.
        recipe: What it is.
        figures: What it achieves; None where it cannot run.
        fitting: Seconds that fitting took.
        scoring: Seconds an image took.
        reason: Why it cannot run, in a sentence.
        note: What is to be known of its figures, in a sentence.
    """

    name: str
    recipe: Recipe
    figures: MetricTable | None = None
    fitting: float | None = None
    scoring: float | None = None
    reason: str | None = None
    note: str | None = None

    @property
    def remark(self) -> str | None:
        """What is to be read below the table: why it cannot run, or the note on its figures."""
        return self.reason or self.note


class Standing(StrEnum):
    """Standing of a row in a column."""

    BEST = "best"
    """No other is better."""

    CLOSE = "close"
    """Within the best one's 95 % interval."""

    OTHER = "other"
    """Neither."""


def compare(
    prepared: Prepared,
    training: Training,
    recipes: Sequence[Recipe],
    ood: Sequence[str],
    *,
    half: Half = Half.REPORT,
    progress: Callable[[int], object] | None = None,
    cancel: threading.Event | None = None,
    store: Store | None = None,
    keep: Callable[[MethodScores], object] | None = None,
) -> list[Row]:
    """Score and evaluate recipes one after the other.

    Args:
        prepared: The experiment.
        training: What methods fit to.
        recipes: What to compare.
        ood: Keys of OOD sets.
        half: Of every OOD set.
        progress: Told how many rows are done.
        cancel: Set from another thread, it stops soon.
        store: Where scores that take long are kept and found; nowhere if None.
        keep: Given the scores behind each row that has figures.

    Returns:
        A row for each, in the same order.

    Raises:
        InvalidDataError: If no OOD set has images in that half.
        CancelledError: If it was stopped.
    """
    rows = []
    for place, recipe in enumerate(recipes):
        result = attempt(prepared, training, recipe, cancel, store)
        rows.append(row_of(recipe.title, prepared, result, ood, half))
        if keep is not None and isinstance(result, MethodScores):
            keep(result)
        if progress is not None:
            progress(place + 1)
    return rows


def attempt(
    prepared: Prepared,
    training: Training,
    recipe: Recipe,
    cancel: threading.Event | None = None,
    store: Store | None = None,
) -> MethodScores | Row:
    """Return the scores of a recipe, or a row without figures that says why there are none.

    Args:
        prepared: The experiment.
        training: What methods fit to.
        recipe: What to do.
        cancel: Set from another thread, it stops soon.
        store: Where scores that take long are kept and found; nowhere if None.

    Returns:
        One or the other.

    Raises:
        CancelledError: If it was stopped.
    """
    try:
        if store is None:
            return score(prepared, training, recipe, cancel=cancel)
        return get_or_score(store, prepared, training, recipe, cancel=cancel)
    except CancelledError:
        raise
    except OpnpError as error:
        return Row(recipe.title, recipe, reason=str(error))
    except (ValueError, RuntimeError, ArithmeticError) as error:  # of a library, in its own words
        log.exception("%s failed", recipe.title)
        return Row(recipe.title, recipe, reason=FAILED.format(kind=type(error).__name__))


def row_of(name: str, prepared: Prepared, result: MethodScores | Row, ood: Sequence[str], half: Half) -> Row:
    """Return the row of a result of `attempt`.

    Raises:
        InvalidDataError: If no OOD set has images in that half.
    """
    if isinstance(result, Row):
        return replace(result, name=name)
    labels = prepared.id_test.labels.numpy()

    def against(keys: Sequence[str]) -> Evaluation:
        chosen = {key: result.ood[key] for key in keys}
        return evaluate(result.id_test, labels, chosen, half=half, roles=prepared.roles)

    figures = table_of(prepared, ood, half, against)
    return Row(name, result.recipe, figures, result.fitting, result.scoring, note=result.note)


@dataclass(frozen=True)
class Cells:
    """Figures of a row, of one OOD set or of their average. Fractions.

    Attributes:
        fpr95: Lower is better.
        fpr95_interval: 95 %.
        auroc: Higher is better.
        auroc_interval: 95 %.
        aupr_id: Higher is better.
        aupr_ood: Higher is better.
        ece: Lower is better.
        accuracy: Higher is better.
    """

    fpr95: float
    fpr95_interval: Interval
    auroc: float
    auroc_interval: Interval
    aupr_id: float
    aupr_ood: float
    ece: float
    accuracy: float


LOWER = frozenset({"fpr95", "ece"})
"""Fields of `Cells` of which lower is better."""

GROUP_COLUMNS = ("fpr95", "auroc")
"""Fields of `Cells` that tables show of the average of each group."""

COLUMNS = ("fpr95", "auroc", "aupr_id", "aupr_ood", "ece", "accuracy")
"""Fields of `Cells` that rows are compared in."""


def cells(figures: MetricTable, key: str | None) -> Cells:
    """Return the figures of the OOD set with that key, or the macro average for None."""
    return _cells(figures.together if key is None else figures.alone[key])


def group_cells(figures: MetricTable, group: str) -> Cells:
    """Return the macro average over the OOD sets of a group."""
    return _cells(figures.groups[group])


def groups_of(rows: Sequence[Row]) -> list[str]:
    """Return the names of the groups that rows have averages of."""
    return list(dict.fromkeys(name for row in rows if row.figures for name in row.figures.groups))


def _cells(evaluation: Evaluation) -> Cells:
    mean = average(evaluation)
    return Cells(
        mean.fpr95,
        evaluation.fpr95_interval,
        mean.auroc,
        evaluation.auroc_interval,
        mean.aupr_id,
        mean.aupr_ood,
        evaluation.reliability.ece,
        evaluation.accuracy,
    )


def standings(column: str, values: Sequence[Cells | None]) -> list[Standing]:
    """Mark the best rows of a column, and those within the best one's interval where it has one.

    Example:
        >>> one = Cells(0.2, Interval(0.1, 0.3), 0.9, Interval(0.8, 1.0), 0.9, 0.9, 0.1, 0.9)
        >>> two, far = replace(one, fpr95=0.3, ece=0.2), replace(one, fpr95=0.31)
        >>> [[str(one) for one in standings(name, [one, two, None, far])] for name in ("fpr95", "ece")]
        [['best', 'close', 'other', 'other'], ['best', 'other', 'other', 'best']]
    """
    present = [row for row in values if row is not None]
    if not present:
        return [Standing.OTHER] * len(values)
    sign = 1.0 if column in LOWER else -1.0
    best = min(present, key=lambda row: sign * getattr(row, column))
    ends = getattr(best, f"{column}_interval", None)
    edge = getattr(best, column) if ends is None else ends.high if column in LOWER else ends.low

    def standing(row: Cells | None) -> Standing:
        if row is None:
            return Standing.OTHER
        if getattr(row, column) == getattr(best, column):
            return Standing.BEST
        return Standing.CLOSE if sign * getattr(row, column) <= sign * edge else Standing.OTHER

    return [standing(row) for row in values]
