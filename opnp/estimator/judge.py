"""Judge features by a recipe that may change after fitting, and by a threshold that belongs to one recipe."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from opnp._utils.checks import require_finite, require_number
from opnp.comparison.fit_data import MOST, Training, draw_places
from opnp.comparison.fitted import FittedRecipe
from opnp.comparison.recipe import DEFAULT_SCORE, Recipe
from opnp.comparison.scoring import require_needs
from opnp.config import UNPRUNED, windows_text
from opnp.devices import CPU, no_autocast, placed
from opnp.errors import InvalidDataError
from opnp.estimator.errors import NotFittedError
from opnp.estimator.fitted import Fitted
from opnp.features.types import Features
from opnp.methods import Need
from opnp.scoring.head_output import HeadOutput
from opnp.threshold.rules import AcceptId, choose_threshold, steady
from opnp.threshold.sample import ScoredSample


@dataclass(frozen=True)
class Ready:
    """A recipe fitted to what one pass left. Never changes, so a call that holds it is of one piece.

    Attributes:
        fitted: What the pass left.
        recipe: Windows and methods.
        rate: The recipe, fitted.
    """

    fitted: Fitted
    recipe: Recipe
    rate: FittedRecipe

    def __call__(self, features: torch.Tensor) -> HeadOutput:
        """Return scores (higher is more in-distribution), confidences and classes, where the features lie.

        Raises:
            InvalidDataError: If the features do not fit the layer, or a score is not finite.
        """
        with no_autocast(CPU):
            output = self.rate(self._checked(features))
        require_finite("scores", output.scores)
        return HeadOutput(*(placed(field, features.device) for field in output.fields))

    def logits(self, features: torch.Tensor) -> torch.Tensor:
        """Return (n, C) logits of the pruned layer, where the features lie."""
        with no_autocast(CPU):
            return self.rate.logits(self._checked(features)).to(features.device)

    def _checked(self, features: torch.Tensor) -> torch.Tensor:
        width = self.fitted.classifier.weight.shape[1]
        shape = tuple(features.shape) if isinstance(features, torch.Tensor) else type(features).__name__
        if not isinstance(features, torch.Tensor) or features.ndim != 2 or features.shape[1] != width:
            raise InvalidDataError(
                f"Expected features as a tensor of shape (images, {width}) but got {shape}. Give what enters "
                "the last layer."
            )
        return features.detach().to(CPU, torch.float32)


class Judge:
    """State of a detector beside its model.

    Attributes:
        recipe: Windows and methods; they may be set anew at any time.
        fitted: What one pass over ID training images left; None before it.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.fitted: Fitted | None = None
        self._ready: Ready | None = None
        self._threshold: tuple[Recipe, float] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return what travels; a fitted recipe is made again."""
        return self.__dict__ | {"_ready": None}

    def __str__(self) -> str:
        """Describe the recipe, and what it was fitted to."""
        changed = self.recipe.pruning.kind != UNPRUNED.kind
        parts = [windows_text(self.recipe.pruning)] if changed else []
        parts += [method.title for method in self.recipe.methods if method.key != DEFAULT_SCORE]
        count = None if self.fitted is None else self.fitted.seen.sums.count
        parts += ["not fitted" if count is None else f"fitted to {count:,} images"]
        return ", ".join([*parts, "calibrated"] if self.calibrated else parts)

    @property
    def needs_training(self) -> bool:
        """Whether a method fits to features of ID training images."""
        return any(Need.TRAINING in method.needs for method in self.recipe.methods)

    @property
    def calibrated(self) -> bool:
        """Whether there is a threshold for the recipe as it is now."""
        return self._threshold is not None and self._threshold[0] == self.recipe

    def threshold_of(self, recipe: Recipe) -> float:
        """Return the score below which an image is out-of-distribution.

        Raises:
            NotFittedError: If there is none for that recipe.
        """
        self.require_fitted()
        found = self._threshold
        if found is None or found[0] != recipe:
            words = "has none yet" if found is None else "was given other windows or methods since"
            raise NotFittedError(
                f"Expected a threshold but the detector {words}. Call `calibrate(id_loader)` first."
            )
        return found[1]

    def set_threshold(self, recipe: Recipe, threshold: float) -> None:
        """Set the threshold of a recipe.

        Raises:
            InvalidSettingError: If it is no finite number.
        """
        largest = float(np.finfo(np.float32).max)
        size = abs(threshold) if isinstance(threshold, int | float) else threshold
        size = require_number("the size of the threshold", size, most=largest, remedy="Calibrate.")
        self._threshold = recipe, float(np.copysign(size, threshold))

    def take(self, fitted: Fitted) -> None:
        """Start anew from another pass."""
        self.fitted, self._ready, self._threshold = fitted, None, None

    def require_fitted(self) -> Fitted:
        """Return what was fitted.

        Raises:
            NotFittedError: If nothing was.
            InvalidDataError: If the model has changed since.
        """
        if self.fitted is None:
            raise NotFittedError("Expected a fitted detector but it is not. Call `fit(id_loader)` first.")
        self.fitted.require_unchanged()
        return self.fitted

    def calibrate(self, recipe: Recipe, scores: torch.Tensor, rule: AcceptId) -> None:
        """Set the threshold that a rule gives on ID scores, which a recipe gave."""
        values = scores.to(CPU).double().numpy()
        sample = ScoredSample(values, np.ones(len(values), dtype=bool), {})
        self.set_threshold(recipe, steady(choose_threshold(rule, sample), sample))

    def ready(self) -> Ready:
        """Return the recipe fitted to the ID training features, made when it is first asked for.

        Raises:
            NotFittedError: Before `fit`, or if a method needs features that were not kept.
            InvalidDataError: If a method needs labels, or features that are never negative.
        """
        fitted, recipe, ready = self.require_fitted(), self.recipe, self._ready
        if ready is None or ready.fitted is not fitted or ready.recipe != recipe:
            ready = self._ready = _fit(fitted, recipe, needs_training=self.needs_training)
        return ready


def _fit(fitted: Fitted, recipe: Recipe, *, needs_training: bool) -> Ready:
    seen = fitted.seen
    if needs_training and seen.known is None:
        raise NotFittedError(
            f"Expected features of ID training images, which {recipe.title} fits to, but none were kept, as "
            "no method needed them. Call `fit(id_loader)` again."
        )
    known = None if seen.known is None else _drawn(seen.known)
    with no_autocast(CPU):
        require_needs(Training(known, seen.sums.count, seen.non_negative), recipe)
        rate = FittedRecipe(recipe, fitted.head(recipe.pruning), fitted.classifier.bias.to(CPU), known)
    return Ready(fitted, recipe, rate)


def _drawn(known: Features) -> Features:
    """Return the rows that methods fit to, the same that the dashboard's comparison draws."""
    places = draw_places(len(known.labels), MOST)
    if len(places) == len(known.labels):
        return known
    return Features(known.features[places], known.labels[places])
