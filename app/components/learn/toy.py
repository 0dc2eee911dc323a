"""Step 4: a net of points in the plane, trained while you wait, seen before and after pruning."""

import streamlit as st

from app import cached, text
from app.charts.toy import Plane, ToyPoints, toy_plane
from app.components.learn.lesson import KEPT, Lesson
from app.format import percent
from opnp.config import Pruning
from opnp.toy import Surface, ToyData, surface

SEEDS = 10
START = (0.0, 80.0)
SAME = 0.005
"""Changes of FPR95 below half a point count as none."""


def draw(lesson: Lesson) -> None:
    """Draw the step on a toy net before and after pruning."""
    left, middle, right = st.columns([3, 2, 4])
    with left:
        data = st.segmented_control(
            text.learn.DATA_LABEL,
            [str(data) for data in ToyData],
            default=str(ToyData.BLOBS),
            required=True,
            key="learn-data",
            persist_state=KEPT,
        )
    with middle:
        seed = st.slider(text.learn.SEED_LABEL, 1, SEEDS, 1, key="learn-seed", persist_state=KEPT)
    with right:
        window = st.slider(
            text.learn.TOY_WINDOW,
            0.0,
            100.0,
            START,
            1.0,
            format="%g %%",
            key="learn-toy-window",
            persist_state=KEPT,
        )
    net = cached.toy(data, seed)
    before, after = cached.toy_unpruned(data, seed), surface(net, Pruning(weights=window))
    pruned = text.learn.AFTER.format(count=after.head.pruned_weights, total=after.head.mask.numel())
    title = text.learn.TOY_FIGURE.format(
        id_count=len(net.points), classes=len(net.bias), ood_count=len(net.ood)
    )
    st.markdown(title)
    points = ToyPoints(net.points.numpy(), net.labels.numpy(), net.ood.numpy())
    scores = (before.score, after.score)
    span = (min(float(score.min()) for score in scores), max(float(score.max()) for score in scores))
    planes = {"before": _plane(before, text.learn.BEFORE), "after": _plane(after, pruned)}
    for column, (name, plane) in zip(st.columns(2), planes.items(), strict=True):
        with column:
            lesson.show(toy_plane(plane, points, before.axis, span, lesson.colours), f"learn-toy-{name}")
    lesson.say(_sentence(before, after))
    lesson.say(_verdict(before, after))


def _plane(outputs: Surface, title: str) -> Plane:
    return Plane(title, outputs.score, outputs.lead, outputs.threshold)


def _sentence(before: Surface, after: Surface) -> str:
    return text.learn.FACT_TOY.format(
        before=percent(before.fpr95),
        after=percent(after.fpr95),
        accuracy_before=percent(before.accuracy),
        accuracy_after=percent(after.accuracy),
        sure_before=percent(before.ood_confidence),
        sure_after=percent(after.ood_confidence),
    )


def _verdict(before: Surface, after: Surface) -> str:
    change = after.fpr95 - before.fpr95
    if abs(change) < SAME:
        return text.learn.TOY_SAME
    return text.learn.TOY_BETTER if change < 0 else text.learn.TOY_WORSE
