"""How strange an image is: a sentence, and where its score lies among those of held-out ID images."""

import math

import numpy as np
import streamlit as st

from app.text import images as text
from opnp.inference.predict import Prediction
from opnp.metrics import FloatArray
from opnp.reports.percent import stranger_than

BINS = 40
_BEYOND = 0.4
"""Of the ID scores' range, by which a score may lie outside and still be drawn where it is."""


def draw_among_id(prediction: Prediction, known: FloatArray) -> None:
    """Say and draw how strange an image is.

    Args:
        prediction: Of the image, with its p-value.
        known: (n,) scores of held-out ID images under the same head, ascending.
    """
    if prediction.p_value is None:
        return
    st.markdown(
        text.STRANGER.format(share=stranger_than(prediction.p_value)),
        help=text.P_VALUE_HELP.format(count=f"{known.size:,}", p_value=f"{prediction.p_value:.2g}"),
    )
    if math.isfinite(prediction.score):
        st.html(among_id_html(prediction, known))


def among_id_html(prediction: Prediction, known: FloatArray) -> str:
    """Return a small picture: bars of the ID scores, the threshold, and the image's place.

    Args:
        prediction: Of the image; its score is finite.
        known: (n,) scores of ID images, ascending.
    """
    low, high = known[0], known[-1]
    room = _BEYOND * (high - low) or 1.0
    start, stop = max(min(low, prediction.score), low - room), min(max(high, prediction.score), high + room)
    stop = max(stop, start + 1e-6)
    counts, _ = np.histogram(known, BINS, (start, stop))
    bars = "".join(f'<i style="height:{100 * count / counts.max():.0f}%"></i>' for count in counts)

    def at(score: float) -> str:
        return f"left:{100 * (np.clip(score, start, stop) - start) / (stop - start):.1f}%"

    label = text.AMONG_ID.format(count=f"{known.size:,}")
    verdict = "accepted" if prediction.accepted else "rejected"
    return (
        f'<div class="among-id"><div class="field" role="img" aria-label="{label}">{bars}'
        f'<b class="limit" style="{at(prediction.threshold)}"></b>'
        f'<b class="here {verdict}" style="{at(prediction.score)}"></b></div>'
        f'<div class="ends" aria-hidden="true"><span>{text.STRANGE_END}</span>'
        f"<span>{text.FAMILIAR_END}</span></div></div>"
    )
