"""Fit a recipe to training data: features to scores, confidences and classes."""

import torch

from opnp._utils.checks import require_finite
from opnp.comparison.recipe import Recipe
from opnp.features.types import Features
from opnp.methods import RECTIFIERS, SCORES, SPARSIFIERS, Head, Known, Need
from opnp.methods.base import NotedRate
from opnp.pruning import PrunedHead
from opnp.scores import msp_log_odds
from opnp.scoring.head_output import HeadOutput

REMEDY = "Change the method's parameters."


class FittedRecipe:
    """A recipe fitted to training data: features → rectifier → pruned and sparse head → score.

    Args:
        recipe: What to do.
        pruned: The last layer as its pruning leaves it, on the CPU.
        bias: (C,) float32 of the last layer.
        known: What methods fit to; None where none is at hand or needed.

    Raises:
        InvalidDataError: If a method needs what is not there.
        InvalidSettingError: If a parameter does not fit the data.
    """

    def __init__(
        self, recipe: Recipe, pruned: PrunedHead, bias: torch.Tensor, known: Features | None
    ) -> None:
        self._neuron_mask = None if bool(pruned.neuron_mask.all()) else pruned.neuron_mask.float()  # (D,)
        self._rectify = None
        if recipe.rectifier is not None:
            rectifier = RECTIFIERS[recipe.rectifier]
            raw = None if known is None else known.features
            self._rectify = rectifier.fit(raw, recipe.values(rectifier))
        head = Head(pruned.weight, bias)
        inputs = None if known is None or not _fits_to_training(recipe) else self._head_inputs(known.features)
        if recipe.sparsifier is not None and inputs is not None:
            sparsifier = SPARSIFIERS[recipe.sparsifier]
            head = Head(sparsifier.fit(inputs, head, recipe.values(sparsifier)), head.bias)
        self._head = head
        rule = SCORES[recipe.score]
        training = None if known is None or inputs is None else Known(inputs, known.labels, head)
        self._rate = rule.fit(training, head, recipe.values(rule))

    def __call__(self, features: torch.Tensor) -> HeadOutput:
        """Return scores (higher is more in-distribution), confidences and classes of (n, D) features."""
        inputs = self._head_inputs(features)
        logits = self._head.logits(inputs)
        return HeadOutput(self._rate(inputs, logits), msp_log_odds(logits), logits.argmax(dim=1))

    @property
    def note(self) -> str | None:
        """What is to be known of its figures, in a sentence; None where nothing is."""
        return self._rate.note if isinstance(self._rate, NotedRate) else None

    def logits(self, features: torch.Tensor) -> torch.Tensor:
        """Return (n, C) logits of (n, D) features, rectified, of the pruned and sparse layer."""
        return self._head.logits(self._head_inputs(features))

    def _head_inputs(self, features: torch.Tensor) -> torch.Tensor:
        """Return features as they enter the last layer."""
        if self._rectify is not None:
            features = self._rectify(features)
            require_finite("features", features, remedy=REMEDY)
        return features if self._neuron_mask is None else features * self._neuron_mask


def _fits_to_training(recipe: Recipe) -> bool:
    """Return whether anything after the rectifier looks at training images."""
    return recipe.sparsifier is not None or Need.TRAINING in SCORES[recipe.score].needs
