"""Step 5: the sensitivities of the real last layer, and what a window leaves of them."""

from app import cached, text
from app.charts.sensitivity import sensitivity_map
from app.components.learn import window
from app.components.learn.lesson import Lesson
from app.format import percent
from opnp.interpret.binning import bin_map

HEIGHT = 380


def draw(lesson: Lesson) -> None:
    """Draw the step on the sensitivities of the real last layer."""
    _, pruning = window.choose_window()
    prepared = lesson.explorer.prepared
    head, maps = prepared.heads(pruning), prepared.maps
    order = lesson.explorer.neuron_order(pruning).numpy()
    binned = bin_map(maps.weights.numpy()[:, order], head.mask.numpy()[:, order])
    names = prepared.classifier.class_names
    lesson.show(sensitivity_map(binned, names, lesson.colours, height=HEIGHT), "learn-map")
    total, half, zeros = cached.sensitivity_totals(lesson.key)
    kept = float(maps.weights.double()[head.mask].sum())
    fact = text.learn.FACT_MAP.format(
        kept=f"{head.mask.numel() - head.pruned_weights:,}",
        total=f"{head.mask.numel():,}",
        carried=percent(kept / total),
        half_count=f"{half:,}",
        half_share=percent(half / head.mask.numel()),
    )
    lesson.say(fact)
    if zeros:
        lesson.say(text.learn.FACT_ZERO.format(count=f"{zeros:,}"))
