"""Compute rows of the comparison in the background, and keep them for other sessions."""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from app.jobs.job import Job
from opnp.comparison.fit_data import Training, training
from opnp.comparison.recipe import Recipe
from opnp.comparison.scoring import MethodScores
from opnp.comparison.table import Row, attempt, row_of
from opnp.evaluation.splits import Half
from opnp.store import Store

if TYPE_CHECKING:
    from opnp.prepare import Prepared

KEPT = 96
"""Recipes whose scores are kept; on the largest experiments each takes two megabytes."""

Ood = tuple[str, ...]


class ComparisonRun:
    """Scores of recipes on one experiment. Sessions share them; each row is computed once.

    Attributes:
        prepared: The experiment.
    """

    def __init__(self, prepared: "Prepared") -> None:
        self.prepared = prepared
        self._lock = threading.Lock()
        self._training: Training | None = None
        self._scored: OrderedDict[Recipe, MethodScores | Row] = OrderedDict()
        self._rows: OrderedDict[tuple[Recipe, Ood], Row] = OrderedDict()

    @property
    def fitted_to(self) -> tuple[int, int]:
        """Training images that methods fit to, and how many there are; zeros before the first row."""
        known = self._training
        return (0, 0) if known is None else (known.count, known.population)

    def row(self, recipe: Recipe, ood: Ood) -> Row | None:
        """Return a row on the held-out halves of those sets, if it is computed."""
        return self._rows.get((recipe, ood))

    def scored(self, recipe: Recipe) -> MethodScores | None:
        """Return the scores of a recipe, if they are computed."""
        scores = self._scored.get(recipe)
        return scores if isinstance(scores, MethodScores) else None

    def compute(self, recipe: Recipe, ood: Ood, cancel: threading.Event) -> None:
        """Compute a missing row; one at a time, so that times are those of a machine at rest.

        Raises:
            CancelledError: If it was stopped.
        """
        with self._lock:
            if self.row(recipe, ood) is not None:
                return
            if recipe not in self._scored:
                with Store() as store:
                    scores = attempt(self.prepared, self._fit_data(store), recipe, cancel, store)
                _keep(self._scored, recipe, scores, KEPT)
            scores = self._scored[recipe]
            row = row_of(recipe.title, self.prepared, scores, ood, Half.REPORT)
            _keep(self._rows, (recipe, ood), row, 4 * KEPT)

    def _fit_data(self, store: Store) -> Training:
        if self._training is None:
            self._training = training(self.prepared, store)
        return self._training


_K = TypeVar("_K")
_V = TypeVar("_V")


def _keep(kept: "OrderedDict[_K, _V]", key: _K, value: _V, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)


class ComparisonJob(Job):
    """The computation of the rows that a page waits for, in its order.

    Attributes:
        recipes: Which.
        ood: Keys of the OOD sets.
    """

    def __init__(self, comparison: ComparisonRun, recipes: tuple[Recipe, ...], ood: Ood) -> None:
        super().__init__("comparing")
        self.comparison, self.recipes, self.ood = comparison, recipes, ood

    def _compute(self) -> None:
        for place, recipe in enumerate(self.recipes):
            if self._cancel.is_set():
                return
            self.comparison.compute(recipe, self.ood, self._cancel)
            self.share = (place + 1) / len(self.recipes)
