"""Score every image of every set by a recipe, from features in memory."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

from opnp._utils.checks import require_finite
from opnp.comparison.fit_data import Training
from opnp.comparison.fitted import REMEDY, FittedRecipe
from opnp.comparison.recipe import Recipe
from opnp.errors import CancelledError, InvalidDataError
from opnp.methods import Need
from opnp.prepare import Prepared
from opnp.scoring.head_output import HeadOutput

WHOLE = 16_384
"""Images that are scored in one go, as the sliders do, so that the energy is theirs bit for bit."""

BLOCK = 2_048
"""Images scored at once where there are more, to bound memory and to stop soon."""


QUICK = 0.25
"""Seconds below which the time of a row is taken twice."""


@dataclass(frozen=True)
class MethodScores:
    """Scores of every set by a recipe.

    Attributes:
        recipe: Which.
        id_test: Of the ID test set. Confidence and class are those of the recipe's logits.
        ood: Of each OOD set, by key.
        fitting: Seconds that fitting to the training images took.
        scoring: Seconds an image took, from its features to its score; the backbone is not in it.
        note: What is to be known of its figures, in a sentence.
    """

    recipe: Recipe
    id_test: HeadOutput
    ood: Mapping[str, HeadOutput]
    fitting: float
    scoring: float
    note: str | None = None


def score(
    prepared: Prepared, training: Training, recipe: Recipe, *, cancel: threading.Event | None = None
) -> MethodScores:
    """Fit a recipe and score every image of the ID test set and of all OOD sets.

    Args:
        prepared: The experiment.
        training: What methods fit to.
        recipe: What to do.
        cancel: Set from another thread, it stops after the current block of images.

    Returns:
        The scores; higher is more in-distribution.

    Raises:
        InvalidDataError: If a method needs what is not there, or a score is NaN or infinite.
        InvalidSettingError: If a parameter does not fit the data.
        CancelledError: If it was stopped.
    """
    require_needs(training, recipe)
    start = time.perf_counter()
    bias = prepared.classifier.bias.cpu().float()
    fitted = FittedRecipe(recipe, prepared.heads(recipe.pruning), bias, training.features)
    fitting = time.perf_counter() - start
    sets = {"": prepared.id_test, **prepared.ood}
    sizes = [len(part.labels) for part in sets.values()]
    features = [part.features for part in sets.values()]
    blocks, scoring = _score_blocks(fitted, features, cancel)
    if scoring < QUICK:  # once more, since the first time also waits for memory
        scoring = min(scoring, _score_blocks(fitted, features, cancel)[1])
    fields = (torch.cat([getattr(block, name) for block in blocks]) for name in _FIELDS)
    parts = zip(*(torch.split(field, sizes) for field in fields), strict=True)
    outputs = {key: HeadOutput(*part) for key, part in zip(sets, parts, strict=True)}
    for key, output in outputs.items():
        for what in ("scores", "log_odds"):
            name = f"{what} of {key or 'the ID test set'}"
            require_finite(name, getattr(output, what), remedy=REMEDY)
    return MethodScores(recipe, outputs.pop(""), outputs, fitting, scoring / sum(sizes), fitted.note)


def require_needs(training: Training, recipe: Recipe) -> None:
    """Check that all that the methods of a recipe need is there.

    Raises:
        InvalidDataError: If something is not; the message says what and for which method.
    """
    known = training.features
    absent = {
        Need.TRAINING: "they are no longer in the cache. Make them with `python -m opnp extract`."
        if known is None
        else "",
        Need.LABELS: "(some of) the ID training images have none. Choose another method."
        if known is None or bool((known.labels < 0).any())
        else "",
        Need.NON_NEGATIVE: ""
        if training.non_negative
        else "this model has negative ones. Choose another method.",
    }
    for method in recipe.methods:
        for need in Need:
            if need in method.needs and absent[need]:
                raise InvalidDataError(f"{method.title} needs {need}, but {absent[need]}")


_FIELDS = ("scores", "log_odds", "predicted")


def _score_blocks(
    fitted: FittedRecipe, parts: list[torch.Tensor], cancel: threading.Event | None
) -> tuple[list[HeadOutput], float]:
    """Return the scores of all rows, block by block, and the seconds it took."""
    blocks, seconds = [], 0.0
    for block in _blocks(parts):
        if cancel is not None and cancel.is_set():
            raise CancelledError("The comparison was stopped. What is complete stays.")
        start = time.perf_counter()
        blocks.append(fitted(block))
        seconds += time.perf_counter() - start
    return blocks, seconds


def _blocks(parts: list[torch.Tensor]) -> Iterator[torch.Tensor]:
    """Yield all rows, in one block where they are few."""
    if sum(map(len, parts)) <= WHOLE:
        yield torch.cat(parts)
        return
    for part in parts:
        yield from part.split(BLOCK)  # type: ignore[no-untyped-call]
