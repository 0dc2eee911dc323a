"""Draw a few numbers side by side: probabilities, logits, parts of a score."""

from collections.abc import Sequence

import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.names import escape_name, short_name
from app.charts.palette import Palette

LONGEST = 22
"""Letters of a name on an axis; all of it is said where one points."""


def probability_bars(
    names: Sequence[str],
    probabilities: Sequence[float],
    guess: float,
    colours: Palette,
    *,
    title: str,
) -> go.Figure:
    """Draw probabilities of classes, the largest on top, and the visitor's guess as a line.

    Args:
        names: Of the classes, each once.
        probabilities: Fractions, in the same order.
        guess: A fraction.
        colours: The page's palette.
        title: Says what is shown, with counts.

    Returns:
        The figure.
    """
    places = list(range(len(names)))
    bars = _bars(list(probabilities), places, colours) | {
        "orientation": "h",
        "text": [f"{100 * share:.1f} %" for share in probabilities],
        "customdata": list(map(escape_name, names)),
        "hovertemplate": "%{customdata}: %{x:.2%}<extra></extra>",
    }
    labels = [short_name(name, LONGEST) for name in names]
    line: Spec = {"type": "line", "x0": guess, "x1": guess, "y0": 0, "y1": 1, "yref": "paper"}
    line["line"] = {"color": colours.threshold, "dash": "dash", "width": 2}
    note: Spec = {"text": "your guess", "x": guess, "y": 1.02, "yref": "paper", "yanchor": "bottom"}
    note |= {"showarrow": False}
    axes: dict[str, Spec] = {
        "xaxis": {"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        "yaxis": {"autorange": "reversed", "showgrid": False, "automargin": True}
        | {"tickvals": places, "ticktext": labels},
    }
    layout: Spec = {"shapes": [line], "annotations": [note], "margin": {"t": 64}}
    return figure([bars], axes, colours, title=title, height=300, layout=layout)


def logits_and_probabilities(
    names: Sequence[str],
    logits: Sequence[float],
    probabilities: Sequence[float],
    score: float,
    colours: Palette,
    *,
    title: str,
    span: tuple[float, float],
) -> go.Figure:
    """Draw logits, the score as a line just above the largest, and beside them their probabilities.

    Args:
        names: Of the classes.
        logits: One a class.
        probabilities: Their softmax, fractions.
        score: Their logsumexp.
        colours: The page's palette.
        title: Says what is shown.
        span: Ends of the logits' axis; fixed, so that the eye sees bars move and not the axis.

    Returns:
        The figure.
    """
    left = _bars(list(names), list(logits), colours) | {
        "hovertemplate": "logit of %{x}: %{y:.1f}<extra></extra>",
        "text": [f"{value:.1f}" for value in logits],
    }
    right = _bars(list(names), list(probabilities), colours) | {
        "xaxis": "x2",
        "yaxis": "y2",
        "hovertemplate": "probability of %{x}: %{y:.1%}<extra></extra>",
        "text": [f"{100 * share:.1f} %" for share in probabilities],
    }
    line: Spec = {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "y0": score, "y1": score}
    line["line"] = {"color": colours.threshold, "dash": "dash", "width": 2}
    note: Spec = {"text": f"score {score:.2f}", "xref": "x domain", "x": 1, "y": score, "xanchor": "right"}
    note |= {"yanchor": "bottom", "showarrow": False}
    axes: dict[str, Spec] = {
        "xaxis": {"domain": [0, 0.46], "title": "logits", "showgrid": False},
        "yaxis": {"range": list(span)},
        "xaxis2": {"domain": [0.54, 1], "anchor": "y2", "title": "probabilities", "showgrid": False},
        "yaxis2": {"anchor": "x2", "range": [0, 1.15], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
    }
    layout: Spec = {"shapes": [line], "annotations": [note]}
    return figure([left, right], axes, colours, title=title, height=330, layout=layout)


def _bars(x: Sequence[float | str], y: Sequence[float | str], colours: Palette) -> Spec:
    return {
        "type": "bar",
        "x": x,
        "y": y,
        "marker": {"color": colours.id},
        "showlegend": False,
        "width": 0.6,
    } | {
        "textposition": "outside",
        "textangle": 0,
        "cliponaxis": False,
    }
