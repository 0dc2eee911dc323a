"""Step 3: change one weight or one neuron of a real picture, and see the slope."""

import numpy as np
import streamlit as st
import torch

from app import text
from app.charts.names import IN_TITLE
from app.charts.tangent import curve_and_tangent
from app.components.learn.lesson import KEPT, Lesson
from app.components.learn.subjects import choose_subject
from app.format import cut
from app.pictures import Subject
from opnp.interpret.perturbation import Perturbation, perturb_neuron, perturb_weight

REACH = 4.0
STEPS = 81
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
            0.1,
            key="learn-move",
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
    _figure(lesson, nudge, move, title)
    lesson.say(_sentence(nudge, move, start))


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


def _figure(lesson: Lesson, nudge: Perturbation, move: float, title: str) -> None:
    moves = torch.linspace(-REACH, REACH, STEPS, dtype=torch.float64)
    here = (move, float(nudge.energy(torch.tensor([move]))[0]))
    energies = nudge.energy(moves).numpy()
    figure = curve_and_tangent(np.asarray(moves), energies, nudge.slope, here, lesson.colours, title=title)
    lesson.show(figure, "learn-nudge")


def _sentence(nudge: Perturbation, move: float, start: float) -> str:
    before, after = nudge.energy(torch.tensor([0.0, move])).tolist()
    return text.learn.FACT_NUDGE.format(
        move=f"{move:+.1f}",
        start=f"{before:.3f}",
        end=f"{after:.3f}",
        line=f"{before + nudge.slope * move:.3f}",
        value=f"{start + move:.3f}",
    ).replace("-", "−")
