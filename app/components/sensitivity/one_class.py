"""One class: its most sensitive weights, and what the present pruning takes from it."""

import numpy as np
import streamlit as st

from app import cached
from app.charts.kept_bars import Bars, kept_bars
from app.charts.names import IN_TITLE
from app.charts.spread import spread_chart
from app.components.click_through import clickable
from app.components.plot import plot
from app.components.sensitivity.chosen import Part, choose_class, go_to
from app.components.sensitivity.shown import SensitivityView
from app.format import cut, percent, plain, points, signed
from app.text import sensitivity as text
from opnp.interpret.distribution import distribution
from opnp.interpret.marginals import class_metrics, reclassified

TOP = 20
MOST_DESTINATIONS = 5


def one_class(view: SensitivityView) -> None:
    """Draw the part of the page about one class.

    Args:
        view: The experiment at a position.
    """
    chooser, _ = st.columns([3, 7])
    with chooser:
        row = choose_class(view)
    _figures(view, row)
    _destinations(view, row)
    left, right = st.columns(2, gap="medium")
    with left:
        _top(view, row)
    with right:
        _spread(view, row)


def _figures(view: SensitivityView, row: int) -> None:
    keep, values = view.mask[row], view.weights[row].astype(np.float64)
    total = float(values.sum())
    lost = float(values[~keep].sum()) / total if total > 0 else 0.0
    labels = view.explorer.prepared.id_test.labels.numpy()
    before = class_metrics(cached.unpruned(view.key).id_test, labels, row)
    after = class_metrics(view.explorer.at(view.pruning).id_test, labels, row)
    with st.container(key="cards"):
        columns = st.columns(4)
        with columns[0], st.container(border=True, height="stretch"):
            st.metric(text.CLASS_WEIGHTS, percent(1 - float(keep.mean())))
            st.caption(f"{int((~keep).sum()):,} of {keep.size:,}")
        with columns[1], st.container(border=True, height="stretch"):
            st.metric(text.CLASS_SENSITIVITY, percent(lost), help=text.CLASS_SENSITIVITY_HELP)
            st.caption(f"{lost * total:.3g} of {total:.3g}")
        if before is None or after is None:
            columns[2].info(text.NO_TEST_IMAGES)
            return
        with columns[2], st.container(border=True, height="stretch"):
            change = points(after.accuracy - before.accuracy)
            still = change.startswith("0.0")
            st.metric(
                text.CLASS_ACCURACY,
                percent(after.accuracy),
                change,
                delta_color="off" if still else "normal",
                delta_arrow="off" if still else "auto",
                help=text.CLASS_ACCURACY_HELP,
            )
            st.caption(text.ON_IMAGES.format(count=after.images))
        with columns[3], st.container(border=True, height="stretch"):
            st.metric(
                text.CLASS_SCORE,
                f"{after.score:.2f}",
                signed(after.score - before.score),
                delta_color="off",
                delta_arrow="off",
                help=text.CLASS_SCORE_HELP,
            )
            st.caption(text.UNPRUNED_WAS.format(value=f"{before.score:.2f}"))


def _destinations(view: SensitivityView, row: int) -> None:
    """Say to which classes pruning moved the class's images, if it moved any."""
    labels = view.explorer.prepared.id_test.labels.numpy()
    before, after = cached.unpruned(view.key), view.explorer.at(view.pruning)
    went = reclassified(before.id_test, after.id_test, labels, row)
    words = ""
    if went.lost:
        most = list(went.lost.items())[:MOST_DESTINATIONS]
        where = ", ".join(f"{plain(view.labels[target])} {count:,}" for target, count in most)
        words += text.CLASS_LOST.format(count=sum(went.lost.values()), where=where)
    if went.won:
        words += text.CLASS_WON.format(count=went.won)
    if words:
        st.caption(words)


def _top(view: SensitivityView, row: int) -> None:
    values, keep = view.weights[row], view.mask[row]
    order = np.argsort(-values, kind="stable")[:TOP]
    names = [text.NEURON_NAME.format(neuron=neuron) for neuron in order]
    bars = Bars(names, np.where(keep, values, 0)[order], np.where(keep, 0, values)[order])
    title = text.CLASS_TOP.format(count=len(order), all=values.size, name=cut(view.labels[row], IN_TITLE))
    figure = kept_bars(bars, view.colours, title=title, axis=text.SENSITIVITY_AXIS, height=480)
    clickable(figure, "class-top", lambda point: go_to(Part.NEURON, neuron=int(order[point])))
    st.caption(text.CLASS_HELP)


def _spread(view: SensitivityView, row: int) -> None:
    keep = view.mask[row]
    name = cut(view.labels[row], IN_TITLE)
    title = text.CLASS_SPREAD.format(count=keep.size, pruned=keep.size - int(keep.sum()), name=name)
    histogram = distribution(view.weights[row], keep, bins=40)
    figure = spread_chart(histogram, view.colours, title=title, ends=False, height=480)
    plot(figure, "class-spread")
    st.caption(text.SPREAD_HELP)
