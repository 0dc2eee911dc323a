"""One neuron: its sensitivity, its weights, and the images that drive it."""

import numpy as np
import streamlit as st
import torch

from app.cached import sensitivity as kept
from app.charts.kept_bars import Bars, kept_bars
from app.components.click_through import clickable
from app.components.plot import plot
from app.components.sensitivity.chosen import Part, choose_neuron, go_to
from app.components.sensitivity.shown import SensitivityView
from app.components.sensitivity.thumbnails import Thumbnail, thumbnails
from app.text import sensitivity as text
from opnp.config import NeuronDefinition
from opnp.interpret.neuron_relevance import Relevance, neuron_relevance

MOST_CLASSES = 16
IMAGES = 12


def one_neuron(view: SensitivityView) -> None:
    """Draw the part of the page about one neuron.

    Args:
        view: The experiment at a position.
    """
    chooser, _ = st.columns([3, 7])
    with chooser:
        neuron = choose_neuron(view)
    _figures(view, neuron)
    left, right = st.columns([4, 5], gap="medium")
    with left:
        _weights(view, neuron)
        _by_class(view, neuron)
    with right:
        _top_images(view, neuron)


def _figures(view: SensitivityView, neuron: int) -> None:
    with st.container(key="cards"):
        columns = st.columns(4)
        for column, definition in zip(columns, NeuronDefinition, strict=False):
            values = view.sensitivity_by(definition)
            rank = int(np.flatnonzero(np.argsort(values, kind="stable") == neuron)[0]) + 1
            with column, st.container(border=True, height="stretch"):
                used = definition == view.pruning.neuron_definition
                label = text.NEURON_RANK.format(definition=definition)
                st.metric(label, f"{values[neuron]:.3g}", help=text.DEFINITIONS[definition])
                ranked = text.NEURON_RANK_VALUE.format(rank=rank, neurons=values.size)
                st.caption(f"{ranked}, {text.NEURON_WINDOW}" if used else ranked)
        with columns[2], st.container(border=True, height="stretch"):
            pruned = int((~view.mask[:, neuron]).sum())
            is_on = bool(view.head.neuron_mask[neuron])
            st.metric(text.NEURON_OFF, text.NEURON_FATES[is_on])
            st.caption(text.NEURON_COUNT.format(pruned=pruned, all=len(view.labels)))
        with columns[3], st.container(border=True, height="stretch"):
            _ablation(view, neuron)


def _ablation(view: SensitivityView, neuron: int) -> None:
    """Draw the change of the mean score of ID and of OOD images when this neuron alone is off."""
    prepared = view.explorer.prepared
    falls = _removal(view, neuron, prepared.id_test.features, kept.sampled_logits(view.key))
    st.metric(text.WITHOUT, f"{-float(falls.mean()):+.3f}", help=text.WITHOUT_HELP)
    parts = [
        _removal(view, neuron, prepared.ood[key].features, kept.sampled_ood_logits(view.key, key))
        for key in view.ood
    ]
    means = [float(part.mean()) for part in parts if len(part)]
    if means:
        mean = float(np.mean(means))
        st.caption(text.WITHOUT_OOD.format(change=f"{-mean:+.3f}"))


def _removal(
    view: SensitivityView, neuron: int, features: torch.Tensor, sampled: kept.Sampled
) -> torch.Tensor:
    weights = torch.from_numpy(view.weight[:, neuron])
    return neuron_relevance(
        features[sampled.rows, neuron].float(), sampled.logits, weights, Relevance.ABLATION
    )


def _weights(view: SensitivityView, neuron: int) -> None:
    weights, keep = view.weight[:, neuron], view.mask[:, neuron]
    order = np.argsort(-np.abs(weights), kind="stable")[:MOST_CLASSES]
    order = order[np.argsort(-weights[order], kind="stable")]
    names = [view.labels[row] for row in order]
    bars = Bars(names, np.where(keep, weights, 0)[order], np.where(keep, 0, weights)[order])
    everything = len(order) == len(weights)
    which = text.NEURON_WEIGHTS_ALL if everything else text.NEURON_WEIGHTS_TOP
    subset = which.format(classes=len(weights), count=len(order))
    figure = kept_bars(
        bars,
        view.colours,
        title=text.NEURON_WEIGHTS.format(neuron=neuron, shown=subset),
        axis=text.NEURON_AXIS,
        value_format="+.3f",
        height=140 + 24 * max(len(order), 10),
    )
    clickable(figure, "neuron-weights", lambda point: go_to(Part.CLASS, label=names[point]))
    st.caption(text.NEURON_WEIGHTS_HELP)


def _top_images(view: SensitivityView, neuron: int) -> None:
    drive = Relevance(
        st.segmented_control(
            text.DRIVE_LABEL,
            [str(each) for each in Relevance],
            default=str(Relevance.ACTIVATION),
            required=True,
            format_func=text.DRIVES.__getitem__,
            key="drive",
            persist_state="session",
        )
    )
    sampled, features = kept.sampled_logits(view.key), view.explorer.prepared.id_test.features
    values = features[sampled.rows, neuron].float()
    driven = neuron_relevance(values, sampled.logits, torch.from_numpy(view.weight[:, neuron]), drive)
    top = torch.argsort(driven, descending=True, stable=True)[:IMAGES]
    thumbnails(
        view,
        [Thumbnail(int(sampled.rows[place]), f"{float(driven[place]):.3g}") for place in top],
    )
    counts = {"count": len(values), "all": len(features)}
    of = text.DRIVE_ALL if len(values) == len(features) else text.DRIVE_SAMPLED
    st.caption(text.DRIVE_SAID[drive] + of.format(**counts))


def _by_class(view: SensitivityView, neuron: int) -> None:
    """Draw the neuron's mean answer to the ID test images of each class."""
    prepared = view.explorer.prepared
    labels, values = prepared.id_test.labels.numpy(), prepared.id_test.features[:, neuron].double().numpy()
    classes = len(view.labels)
    counts = np.bincount(labels, minlength=classes)
    means = np.bincount(labels, weights=values, minlength=classes) / np.maximum(counts, 1)
    present = np.flatnonzero(counts)
    order = present[np.argsort(-means[present], kind="stable")][:MOST_CLASSES]
    bars = Bars([view.labels[row] for row in order], means[order], np.zeros(len(order)))
    title = text.ANSWERS_TITLE.format(neuron=neuron, images=len(labels))
    figure = kept_bars(bars, view.colours, title=title, axis=text.ANSWERS_AXIS, height=300, upright=True)
    plot(figure, "neuron-answers")
