"""The bootstrap spread of a threshold, and the sample size for a given precision."""

import numpy as np
import streamlit as st

from app.charts.palette import palette
from app.charts.stability import Point, needed_chart, spread_chart
from app.components.plot import plot
from app.format import interval, percent
from app.text import deploy as text
from opnp.threshold.plan import Plan
from opnp.threshold.stability import Spread, images_needed, precision_reached

POINTS = 60


def stability(planned: Plan, spread: Spread) -> None:
    """Draw the threshold's spread and the number of images needed, with a sentence each.

    Args:
        planned: With the chosen threshold.
        spread: Of the same rule on the same images.
    """
    st.markdown(f"**{text.STABILITY_TITLE}**")
    left, right = st.columns(2, gap="medium")
    with left:
        _spread(planned, spread)
    with right:
        _needed(planned.outcome.id_accepted.value, planned.basis.tune.id_scores.size)


def _spread(planned: Plan, spread: Spread) -> None:
    figure = spread_chart(
        spread.thresholds,
        spread.interval,
        planned.threshold,
        palette(st.context.theme.type),
        title=text.SPREAD_TITLE.format(count=spread.thresholds.size),
    )
    plot(figure, "spread")
    st.caption(
        text.STABILITY.format(
            count=f"{planned.basis.tune.id_scores.size:,}",
            low=f"{spread.interval.low:.3f}",
            high=f"{spread.interval.high:.3f}",
            deviation=f"{spread.deviation:.3f}",
            accepted=interval(spread.id_accepted),
        )
    )


@st.fragment
def _needed(share: float, present: int) -> None:
    """Draw the number of images needed; its own input draws only itself again."""
    if not 0 < share < 1:
        st.caption(text.NOTHING_NEEDED.format(share=percent(share)))
        return
    chart = st.container()
    precision = st.number_input(
        text.PRECISION_LABEL,
        0.1,
        20.0,
        1.0,
        0.1,
        key="precision",
        help=text.PRECISION_HELP,
        format="%g",
    )
    needed, reached = images_needed(share, precision / 100), precision_reached(share, present)
    few, many = min(needed, present, 100), max(needed, present, 10_000)
    counts = np.unique(np.geomspace(few, 2 * many, POINTS).astype(int))
    figure = needed_chart(
        counts.tolist(),
        [precision_reached(share, int(count)) for count in counts],
        [Point("there are", present, reached), Point("wanted", needed, precision / 100)],
        palette(st.context.theme.type),
        title=text.NEEDED_TITLE.format(share=percent(share)),
    )
    plot(figure, "needed", chart)
    st.markdown(
        text.NEEDED.format(
            needed=f"{needed:,}",
            share=percent(share),
            precision=f"{precision:g}",
            count=f"{present:,}",
            reached=f"{100 * reached:.3g}",
        )
    )
