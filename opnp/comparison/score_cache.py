"""Cache of scores that took long, in the store, so that a restart does not cost them again."""

import logging
import threading
import time
from importlib.metadata import version

import numpy as np
import torch

from opnp.comparison.fit_data import Training
from opnp.comparison.grammar import format_recipe
from opnp.comparison.recipe import Recipe
from opnp.comparison.scoring import MethodScores, score
from opnp.prepare import Prepared
from opnp.scoring.head_output import HeadOutput
from opnp.store import Store, StoreError

log = logging.getLogger("opnp.comparison")

LONG = 2.0
"""Seconds from which on scores are kept."""

VERSION = 2
"""Of the methods; raising it leaves older scores unused."""

_KIND = "recipe scores"
_FIELDS = ("scores", "log_odds", "predicted")


def get_or_score(
    store: Store,
    prepared: Prepared,
    training: Training,
    recipe: Recipe,
    *,
    cancel: threading.Event | None = None,
) -> MethodScores:
    """Return `score`, or its earlier result for the same model, images, recipe and libraries.

    The times of a row that is found are those of when it was computed.
    """
    key = {
        "from": training.digest,
        "recipe": format_recipe(recipe),
        "version": VERSION,
        "libraries": {name: version(name) for name in ("torch", "scikit-learn", "pytorch-ood")},
    }
    try:
        arrays = store.get(_KIND, key)
    except StoreError as error:
        log.warning("Kept scores cannot be read: %s", error)
        arrays = None
    if arrays is not None:
        return _scored(arrays, recipe, prepared)
    start = time.perf_counter()
    scores = score(prepared, training, recipe, cancel=cancel)
    if time.perf_counter() - start >= LONG:
        try:
            store.put(_KIND, key, _arrays(scores))
        except StoreError as error:
            log.warning("The scores just computed are not kept. %s", error)
    return scores


def _arrays(scores: MethodScores) -> dict[str, np.ndarray]:
    arrays = {
        f"{number} {field}": getattr(output, field).numpy()
        for number, output in enumerate((scores.id_test, *scores.ood.values()))
        for field in _FIELDS
    }
    note = np.frombuffer((scores.note or "").encode(), np.uint8)
    return {**arrays, "seconds": np.array([scores.fitting, scores.scoring]), "note": note}


def _scored(arrays: dict[str, np.ndarray], recipe: Recipe, prepared: Prepared) -> MethodScores:
    id_test, *ood = (
        HeadOutput(*(torch.tensor(arrays[f"{number} {field}"]) for field in _FIELDS))
        for number in range(1 + len(prepared.ood))
    )
    fitting, scoring = (float(value) for value in arrays["seconds"])
    note = arrays["note"].tobytes().decode() or None
    return MethodScores(recipe, id_test, dict(zip(prepared.ood, ood, strict=True)), fitting, scoring, note)
