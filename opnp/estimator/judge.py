"""Judge features by a recipe that may change after fitting, and by a threshold that belongs to one recipe."""

import numpy as np
import torch

from opnp._utils.checks import require_finite
from opnp.comparison.fit_data import MOST, Training, draw_places
from opnp.comparison.fitted import FittedRecipe
from opnp.comparison.recipe import DEFAULT_SCORE, Recipe
from opnp.comparison.scoring import require_needs
from opnp.config import UNPRUNED, windows_text
from opnp.devices import CPU, placed
from opnp.errors import InvalidDataError
from opnp.estimator.errors import NotFittedError
from opnp.estimator.state import Fitted
from opnp.features.types import Features
from opnp.methods import Need
from opnp.scoring.head_output import HeadOutput
from opnp.threshold.rules import AcceptId, choose_threshold, steady
from opnp.threshold.sample import ScoredSample


class Judge:
    """State of a detector beside its model.

    Attributes:
        recipe: Windows and methods; they may be set anew at any time.
        fitted: What one pass over ID training images left; None before it.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.fitted: Fitted | None = None
        self._ready: tuple[Fitted, Recipe, FittedRecipe] | None = None
        self._threshold: tuple[Recipe, float] | None = None

    @property
    def needs_training(self) -> bool:
        """Whether a method fits to features of ID training images."""
        return any(Need.TRAINING in method.needs for method in self.recipe.methods)

    def __str__(self) -> str:
        """Describe the recipe, and what it was fitted to."""
        changed = self.recipe.pruning.kind != UNPRUNED.kind
        parts = [windows_text(self.recipe.pruning)] if changed else []
        parts += [method.title for method in self.recipe.methods if method.key != DEFAULT_SCORE]
        parts += [
            "not fitted" if self.fitted is None else f"fitted to {self.fitted.seen.sums.count:,} images"
        ]
        return ", ".join([*parts, "calibrated"] if self.calibrated else parts)

    @property
    def calibrated(self) -> bool:
        """Whether there is a threshold for the recipe as it is now."""
        return self._threshold is not None and self._threshold[0] == self.recipe

    @property
    def threshold(self) -> float:
        """Score below which an image is out-of-distribution.

        Raises:
            NotFittedError: If there is none for the recipe as it is now.
        """
        self.require_fitted()
        if self._threshold is None or not self.calibrated:
            words = "has none yet" if self._threshold is None else "was given other windows or methods since"
            raise NotFittedError(
                f"Expected a threshold but the detector {words}. Call `calibrate(id_loader)` first."
            )
        return self._threshold[1]

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        self._threshold = self.recipe, threshold

    def take(self, fitted: Fitted) -> None:
        """Start anew from another pass."""
        self.fitted, self._threshold = fitted, None

    def require_fitted(self) -> Fitted:
        """Return what was fitted.

        Raises:
            NotFittedError: If nothing was.
        """
        if self.fitted is None:
            raise NotFittedError("Expected a fitted detector but it is not. Call `fit(id_loader)` first.")
        return self.fitted

    def __call__(self, features: torch.Tensor) -> HeadOutput:
        """Return scores (higher is more in-distribution), confidences and classes, where the features lie.

        Raises:
            InvalidDataError: If the features do not fit the layer, or a score is not finite.
        """
        output = self.prepared()(self._checked(features))
        require_finite("scores", output.scores)
        return HeadOutput(*(placed(field, features.device) for field in output.fields))

    def logits(self, features: torch.Tensor) -> torch.Tensor:
        """Return (n, C) logits of the pruned layer, where the features lie."""
        return self.prepared().logits(self._checked(features)).to(features.device)

    def calibrate(self, scores: torch.Tensor, accept: float) -> None:
        """Set the threshold that accepts at least a share of ID scores."""
        values = scores.to(CPU).double().numpy()
        sample = ScoredSample(values, np.ones(len(values), dtype=bool), {})
        self.threshold = steady(choose_threshold(AcceptId(accept), sample), sample)

    def prepared(self) -> FittedRecipe:
        """Return the recipe fitted to the ID training features, made when it is first asked for.

        Raises:
            NotFittedError: Before `fit`, or if a method needs features that were not kept.
            InvalidDataError: If a method needs labels, or features that are never negative.
        """
        fitted = self.require_fitted()
        if self._ready is None or self._ready[0] is not fitted or self._ready[1] != self.recipe:
            seen = fitted.seen
            if self.needs_training and seen.known is None:
                raise NotFittedError(
                    f"Expected features of ID training images, which {self.recipe.title} fits to, but none "
                    "were kept, as no method needed them. Call `fit(id_loader)` again."
                )
            known = None if seen.known is None else _drawn(seen.known)
            require_needs(Training(known, seen.sums.count, seen.non_negative), self.recipe)
            bias = fitted.classifier.bias.to(CPU)
            made = FittedRecipe(self.recipe, fitted.heads(self.recipe.pruning), bias, known)
            self._ready = fitted, self.recipe, made
        return self._ready[2]

    def _checked(self, features: torch.Tensor) -> torch.Tensor:
        width = self.require_fitted().classifier.weight.shape[1]
        if features.ndim != 2 or features.shape[1] != width:
            raise InvalidDataError(
                f"Expected features of shape (images, {width}) but got {tuple(features.shape)}. Give what "
                "enters the last layer."
            )
        return features.detach().to(CPU, torch.float32)


def _drawn(known: Features) -> Features:
    """Return the rows that methods fit to, the same that the dashboard's comparison draws."""
    places = draw_places(len(known.labels), MOST)
    return (
        known if len(places) == len(known.labels) else Features(known.features[places], known.labels[places])
    )
