"""Cache what the Learn page draws: samples of an experiment, toy nets, the spread of sensitivities."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from app import text
from app.cached.pictures import example, examples, image
from app.cached.prepared import ready, unpruned

if TYPE_CHECKING:
    from app.pictures import Subject
    from opnp.toy import Surface, Toy


@st.cache_resource(max_entries=4, show_spinner=text.learn.LOOKING)
def subjects(key: str) -> "tuple[Subject, ...]":
    """Return the experiment's examples; without any, a typical ID image and each OOD set's surest."""
    from app.pictures import Subject

    given = tuple(
        Subject(offered.key, offered.title, offered.in_distribution, picture.image, picture.features)
        for offered in examples(key)
        for picture in [example(key, offered.key)]
    )
    return given or (*_surest(key), _typical(key))


def _surest(key: str) -> "list[Subject]":
    prepared, output = ready(key).prepared, unpruned(key)
    surest = []
    for images in prepared.experiment.ood:
        row = int(output.ood[images.key].log_odds.argmax())
        title = text.learn.SURE_OF.format(title=images.title)
        surest.append(_subject(key, images.key, row, title, familiar=False))
    return surest


def _typical(key: str) -> "Subject":
    """Return the ID test image whose score is the median."""
    images = ready(key).prepared.experiment.id_test
    order = unpruned(key).id_test.scores.argsort()
    title = text.learn.FAMILIAR_OF.format(title=images.title)
    return _subject(key, images.key, int(order[len(order) // 2]), title, familiar=True)


def _subject(key: str, set_key: str, row: int, title: str, *, familiar: bool) -> "Subject":
    from app.pictures import Subject

    prepared = ready(key).prepared
    source = prepared.id_test if familiar else prepared.ood[set_key]
    picture = image(key, set_key, row) if prepared.experiment.accepts_images else None
    return Subject(set_key, title, familiar, picture, source.features[row])


@st.cache_resource(max_entries=4, show_spinner=False)
def sensitivity_totals(key: str) -> tuple[float, int, int]:
    """Return the sum of all sensitivities, how many of the largest make up half of it, and the zeros."""
    descending = -np.sort(-ready(key).prepared.maps.weights.numpy(), axis=None)
    sums = np.cumsum(descending, dtype=np.float64)
    half = 1 + int(np.searchsorted(sums, sums[-1] / 2))
    return float(sums[-1]), half, int((descending == 0).sum())


@st.cache_resource(max_entries=64, show_spinner=False)
def separation(key: str, ood: tuple[str, ...]) -> tuple[float, float]:
    """Compute AUROC of the unpruned model's confidence and of its energy, averaged over those OOD sets."""
    from opnp.metrics import auroc

    output = unpruned(key)
    by_confidence = [auroc(output.id_test.log_odds, output.ood[name].log_odds) for name in ood]
    by_energy = [auroc(output.id_test.scores, output.ood[name].scores) for name in ood]
    return float(np.mean(by_confidence)), float(np.mean(by_energy))


@st.cache_resource(max_entries=64, show_spinner=False)
def toy(data: str, seed: int) -> "Toy":
    """Train a toy net."""
    from opnp.toy import train_toy

    return train_toy(data, seed)


@st.cache_resource(max_entries=64, show_spinner=False)
def toy_unpruned(data: str, seed: int) -> "Surface":
    """Evaluate the toy net before any pruning."""
    from opnp.config import UNPRUNED
    from opnp.toy import surface

    return surface(toy(data, seed), UNPRUNED)
