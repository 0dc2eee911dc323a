"""Charts of a stream as SVG: the share rejected over time, the scores, and the mix of classes."""

import re

import numpy as np

from opnp.metrics import FloatArray
from opnp.monitor.baseline import Baseline
from opnp.monitor.course import control_limits
from opnp.monitor.looks import Sign
from opnp.monitor.svg import HEIGHT, RIGHT, WIDTH, Axes, Place, chart, text, ticks
from opnp.monitor.traffic import Monitored
from opnp.reports.percent import percent
from opnp.reports.printable import printable

_NAMES = {Sign.REJECTED: "rejected", Sign.SCORES: "scores", Sign.CLASSES: "classes"}
_BINS, _MOST_CLASSES, _ROW, _NAMED = 40, 20, 26.0, 22
_TIMES, _LONGEST = 4, 25
_CLOCK = re.compile(
    r"(?P<second>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?)([.,]\d+)?(?P<zone> ?(Z|UTC|[+-]\d\d(:?\d\d)?))?",
    re.IGNORECASE,
)


def course_chart(seen: Monitored) -> str:
    """Return the share rejected over time, with its control limits, the usual share and the alarms."""
    baseline, points = seen.baseline, seen.points
    limits = {count: control_limits(count, baseline) for count in {point.count for point in points}}
    full = limits[points[0].count][1] / points[0].count
    top = min(1.0, 1.15 * max(full, baseline.rate, *(point.rate for point in points))) or 1.0
    axes = Axes(0, seen.images, top)
    low: list[Place] = []
    high: list[Place] = []
    dots: list[str] = []
    for point in points:
        start, (fewest, most) = point.end - point.count, limits[point.count]
        low += [(at, min(fewest / point.count, top)) for at in (start, point.end)]
        high += [(at, min(most / point.count, top)) for at in (start, point.end)]
        kind = "within" if fewest <= point.rejected <= most else "beyond"
        label = (
            f"Images {start + 1:,}–{point.end:,}: {point.rejected:,} rejected, {percent(point.rate)} %; "
            f"by chance {fewest:,}–{most:,}"
        )
        dots.append(axes.dot((point.end - point.count / 2, point.rate), kind, label))
    middle = [(point.end - point.count / 2, point.rate) for point in points]
    return chart(
        [
            axes.percents(),
            axes.area([*low, *reversed(high)], "band"),
            axes.line([(0, baseline.rate), (seen.images, baseline.rate)], "usual"),
            axes.line(middle, "course"),
            *dots,
            *_alarms(seen, axes),
            axes.labels(_marks(seen)),
            text(WIDTH - RIGHT, HEIGHT - 6, _axis_name(seen), end=True),
        ],
        f"Share rejected over {seen.images:,} images: {percent(seen.rate)} % in all, of ID images "
        f"{percent(baseline.rate)} %.",
    )


def score_chart(seen: Monitored) -> str:
    """Return the two distributions of scores, with the threshold."""
    baseline, scores = seen.baseline, seen.scores
    edges = _edges(min(baseline.scores[0], scores[0]), max(baseline.scores[-1], scores[-1]))
    known, now = (np.histogram(own, edges)[0] / own.size for own in (baseline.scores, scores))
    axes = Axes(float(edges[0]), float(edges[-1]), 1.15 * float(max(known.max(), now.max())))
    steps = [_steps(edges.tolist(), heights.tolist()) for heights in (known, now)]
    return chart(
        [
            axes.percents(),
            axes.area(steps[0], "id"),
            axes.line(steps[1], "course"),
            axes.upright(baseline.threshold, "threshold"),
            axes.beside(baseline.threshold, "threshold"),
            axes.labels([(tick, f"{tick:g}") for tick in ticks(axes.left, axes.right)]),
            text(WIDTH - RIGHT, HEIGHT - 6, "score; low is strange", end=True),
        ],
        f"Distributions of scores of ID images and of this stream, which has {seen.shift}.",
    )


def class_chart(seen: Monitored) -> str:
    """Return the share of each class of ID images and of the stream; of many, those that moved most."""
    known, now = _shares(seen.baseline), seen.total.classes / seen.images
    moved = np.argsort(-np.abs(now - known), kind="stable")[:_MOST_CLASSES]
    room, top = WIDTH - 180 - RIGHT - 100, float(max(known[moved].max(), now[moved].max()))
    rows = []
    for row, number in enumerate(moved.tolist()):
        y, name = 4 + row * _ROW, printable(seen.baseline.class_names[number])
        short = name if len(name) <= _NAMED else f"{name[: _NAMED - 1]}…"
        rows.append(text(172, y + 14, short, end=True))
        for height, share, kind in ((0, known[number], "id"), (10, now[number], "stream")):
            size = f'width="{room * share / top:.1f}" height="9"'
            rows.append(f'<rect class="{kind}" x="180" y="{y + height:g}" {size}/>')
        reach = room * max(known[number], now[number]) / top
        rows.append(text(186 + reach, y + 14, f"{100 * known[number]:.1f} → {100 * now[number]:.1f} %"))
    label = "Share of each predicted class, of ID images and of this stream."
    return chart(rows, label, height=8 + _ROW * len(moved))


def _edges(low: float, high: float) -> FloatArray:
    """Return the edges of bins, of a width that their numbers can tell apart."""
    size = max(1.0, abs(low), abs(high))
    room = 0.5 * size if high - low < 1e-9 * size else 0.0
    return np.linspace(low - room, high + room, _BINS + 1)


def _shares(baseline: Baseline) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(baseline.classes, dtype=np.float64) / baseline.images


def _alarms(seen: Monitored, axes: Axes) -> list[str]:
    """Return a line for each alarm, then their labels; those of one image share both."""
    at: dict[int, list[str]] = {}
    for sign, alarm in sorted(seen.alarms.items(), key=lambda item: item[1].image):
        at.setdefault(alarm.image, []).append(_NAMES[sign])
    labels = [f"noticed at {image:,}: {', '.join(signs)}" for image, signs in at.items()]
    return [
        *(axes.upright(image, "alarm", row) for row, image in enumerate(at)),
        *(axes.beside(image, label, row) for row, (image, label) in enumerate(zip(at, labels, strict=True))),
    ]


def _marks(seen: Monitored) -> list[tuple[float, str]]:
    """Return the labels of the time axis: times where the stream has them, else numbers of images."""
    if (times := _times(seen)) is None:
        return [(tick, f"{tick:,.0f}") for tick in ticks(0, seen.images)]
    places = range(0, len(times), -(-len(times) // _TIMES))
    return [(seen.points[place].end - seen.points[place].count, clock(times[place])) for place in places]


def _axis_name(seen: Monitored) -> str:
    return f"{seen.images:,} images, in order" if _times(seen) is None else "time"


def _times(seen: Monitored) -> list[str] | None:
    """Return the time of each point; None if the stream does not say that of one."""
    times = [point.time for point in seen.points if point.time is not None]
    return times if len(times) == len(seen.points) else None


def clock(time: str) -> str:
    """Return a time for an axis: to the second, with its zone; of other words the beginning.

    Example:
        >>> clock("2026-11-18T18:00:00.123456+02:00"), clock("2026-11-18")
        ('2026-11-18T18:00:00+02:00', '2026-11-18')
    """
    match = _CLOCK.fullmatch(time.strip())
    if match:
        return match["second"] + (match["zone"] or "")
    time = printable(time)
    return time if len(time) <= _LONGEST else f"{time[: _LONGEST - 1]}…"


def _steps(edges: list[float], heights: list[float]) -> list[Place]:
    ends = [(edge, height) for height, *pair in zip(heights, edges, edges[1:], strict=False) for edge in pair]
    return [(edges[0], 0.0), *ends, (edges[-1], 0.0)]
