"""The distribution of sensitivities, and what the windows cut off."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.charts.spread import spread_chart
from app.components.plot import plot
from app.components.sensitivity.shown import SensitivityView
from app.text import sensitivity as text
from opnp.config import OPEN, RankScope
from opnp.interpret.distribution import Distribution, distribution


def spread(view: SensitivityView) -> None:
    """Draw the distribution of the weights' sensitivities and that of the neurons'.

    Args:
        view: The experiment at a position.
    """
    left, right = st.columns(2, gap="medium")
    with left:
        overlap = _overlap(view)
        histogram = _chart(view, view.weights, view.mask, text.WEIGHTS_TITLE, "weights", ends=overlap is None)
        st.caption(_words(histogram, overlap))
    with right:
        keep = view.head.neuron_mask.numpy()
        title = text.SPREAD_NEURONS_TITLE.replace("{definition}", str(view.pruning.neuron_definition))
        _chart(view, view.neurons, keep, title, "neurons", ends=True)
        st.caption(text.SPREAD_HELP)


def _chart(
    view: SensitivityView,
    values: npt.NDArray[np.floating],
    keep: npt.NDArray[np.bool_],
    title: str,
    name: str,
    *,
    ends: bool,
) -> Distribution:
    histogram = distribution(values, keep)
    counted = title.format(count=keep.size, pruned=keep.size - int(keep.sum()))
    figure = spread_chart(histogram, view.colours, title=counted, ends=ends)
    plot(figure, f"spread-{name}")
    return histogram


def _overlap(view: SensitivityView) -> str | None:
    """Return the reason why pruned weights may be as sensitive as kept ones, if they may."""
    if view.pruning.neurons != OPEN:
        return text.REASON_NEURONS
    per_class = view.pruning.scope is RankScope.PER_CLASS and view.pruning.weights != OPEN
    return text.REASON_SCOPE if per_class else None


def _words(histogram: Distribution, overlap: str | None) -> str:
    zeros = histogram.zero_kept + histogram.zero_pruned
    words = text.ZEROS.format(count=zeros) if zeros else text.NO_ZEROS
    if histogram.limits is None:
        return words + text.NOTHING_KEPT
    low, high = (f"{end:.2g}" for end in histogram.limits)
    limits = text.LIMITS if overlap is None else text.LIMITS_MANY
    return words + limits.format(low=low, high=high, reason=overlap)
