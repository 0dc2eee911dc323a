"""Step 3: change one weight or one neuron of a real picture, and see the slope."""

from functools import partial
from html import escape

import numpy as np
import streamlit as st
import torch

from app import text
from app.charts.names import IN_TITLE
from app.charts.tangent import NOW, curve_and_tangent
from app.components.learn.lesson import KEPT, Lesson
from app.components.learn.subjects import choose_subject
from app.components.live_html import live_html
from app.components.live_marker import live_marker
from app.format import cut
from app.pictures import Subject
from app.preview.rows import Rows
from opnp.interpret.perturbation import perturb_neuron, perturb_weight

MOVE = "learn-move"
CHART = "learn-nudge"
REACH = 4.0
STEP = 0.1
STEPS = 81
MOVES = STEP * torch.arange(-(STEPS // 2), STEPS // 2 + 1, dtype=torch.float64)
CLASSES = 3
NEURONS = 50


def draw(lesson: Lesson) -> None:
    """Draw the step on changing one weight or one neuron."""
    subject = choose_subject(lesson)
    classifier = lesson.explorer.prepared.classifier
    weight, bias = classifier.weight.cpu(), classifier.bias.cpu()
    shares = torch.softmax(torch.nn.functional.linear(subject.features, weight, bias), dim=0)
    likely = shares.topk(min(CLASSES, len(shares))).indices.tolist()
    left, right = st.columns(2)
    with left:
        what = _choose_kind()
        neuron = _choose_neuron(subject)
    with right:
        place = _choose_class(
            [classifier.class_names[row] for row in likely], off=what == text.learn.ONE_NEURON
        )
        move = st.slider(
            text.learn.MOVE_LABEL,
            -REACH,
            REACH,
            1.0,
            STEP,
            key=MOVE,
            persist_state=KEPT,
            format="%+.1f",
        )
    if what == text.learn.ONE_NEURON:
        nudge = perturb_neuron(subject.features, weight, bias, neuron)
        start = float(subject.features[neuron])
        changed = text.learn.THE_NEURON.format(neuron=neuron)
        lesson.facts.latex(text.learn.SLOPE_NEURON.format(slope=nudge.slope))
    else:
        row = likely[place]
        nudge = perturb_weight(subject.features, weight, bias, row, neuron)
        start = float(weight[row, neuron])
        changed = text.learn.THE_WEIGHT.format(neuron=neuron, name=cut(classifier.class_names[row], IN_TITLE))
        values = {"p": float(shares[row]), "z": float(subject.features[neuron]), "slope": nudge.slope}
        lesson.facts.latex(text.learn.SLOPE_WEIGHT.format(**values))
    title = text.learn.NUDGE_FIGURE.format(title=cut(subject.title, IN_TITLE), what=changed)
    energies = nudge.energy(MOVES)
    points = list(zip(MOVES.tolist(), energies.tolist(), strict=True))
    at_each = partial(Rows, MOVE, -REACH, STEP, move)
    now = at_each(points)
    figure = curve_and_tangent(
        np.asarray(MOVES), energies.numpy(), nudge.slope, now.present, lesson.colours, title=title
    )
    lesson.show(figure, CHART)
    live_marker(f"figure-{CHART}", NOW, now.present, now)
    before = points[STEPS // 2][1]
    sentences = at_each([[_sentence(nudge.slope, before, start, *point)] for point in points])
    with lesson.facts:
        html = f'<p class="fact" data-row="">{escape(sentences.present[0])}</p>'
        live_html(html, sentences, key="learn-nudged", writer="row")


def _choose_kind() -> str:
    return st.segmented_control(
        text.learn.WHAT_LABEL,
        [text.learn.ONE_WEIGHT, text.learn.ONE_NEURON],
        default=text.learn.ONE_WEIGHT,
        required=True,
        key="learn-what",
        persist_state=KEPT,
    )


def _choose_neuron(subject: Subject) -> int:
    active = subject.features.abs().argsort(descending=True, stable=True)[:NEURONS].tolist()
    rank = st.slider(text.learn.NEURON_LABEL, 1, len(active), 1, key="learn-neuron", persist_state=KEPT)
    return int(active[rank - 1])


def _choose_class(names: list[str], *, off: bool) -> int:
    """Let the visitor pick one of the likely classes, and return its place among them."""
    place = st.selectbox(
        text.learn.CLASS_LABEL,
        range(len(names)),
        format_func=lambda place: f"{place + 1}. {names[place]}",
        disabled=off,
        key="learn-class",
        persist_state=KEPT,
    )
    return place or 0


def _sentence(slope: float, before: float, start: float, move: float, after: float) -> str:
    return text.learn.FACT_NUDGE.format(
        move=f"{move:+.1f}",
        start=f"{before:.3f}",
        end=f"{after:.3f}",
        line=f"{before + slope * move:.3f}",
        value=f"{start + move:.3f}",
    ).replace("-", "−")
