"""Elements of charts as SVG text, and the axes that they lie on. Colours come from the page's classes."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 860.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 16.0, 28.0, 44.0
_TICKS, _ROW = 5, 15.0
_LETTER = 6.3
"""Width of a letter, on average."""

Place = tuple[float, float]


@dataclass(frozen=True)
class Axes:
    """Map from values to places in a chart.

    Attributes:
        left, right: Values at the ends of the horizontal axis.
        top: Value at the top of the vertical one, whose bottom is 0.
    """

    left: float
    right: float
    top: float

    def x(self, value: float) -> float:
        """Return the place of a value on the horizontal axis."""
        share = (value - self.left) / ((self.right - self.left) or 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return the place of a value on the vertical axis."""
        return HEIGHT - BOTTOM - value / (self.top or 1) * (HEIGHT - TOP - BOTTOM)

    def line(self, places: Iterable[Place], kind: str) -> str:
        """Return a line through values (x, y)."""
        return f'<polyline class="{kind}" points="{self._points(places)}"/>'

    def area(self, places: Iterable[Place], kind: str) -> str:
        """Return the area around which values (x, y) run."""
        return f'<polygon class="{kind}" points="{self._points(places)}"/>'

    def upright(self, value: float, kind: str, row: int = 0) -> str:
        """Return a line from bottom to top, whose top is in one of three rows."""
        x = self.x(value)
        return _line(kind, (x, TOP - _ROW + _ROW * row), (x, HEIGHT - BOTTOM))

    def beside(self, value: float, label: str, row: int = 0) -> str:
        """Return words beside the top of an upright line; draw them after all lines."""
        x, turned = self.x(value), self.x(value) > WIDTH / 2
        return text(x + (-4 if turned else 4), TOP - 4 + _ROW * row, label, end=turned)

    def dot(self, place: Place, kind: str, label: str) -> str:
        """Return a dot, with words for who points at it."""
        x, y = self.x(place[0]), self.y(place[1])
        title = f"<title>{escape(label)}</title>"
        return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3">{title}</circle>'

    def percents(self) -> str:
        """Return the vertical axis of shares, in percent."""
        lines = []
        for tick in ticks(0, self.top):
            y = self.y(tick)
            lines.append(_line("grid", (LEFT, y), (WIDTH - RIGHT, y)))
            lines.append(text(LEFT - 6, y + 4, f"{100 * tick:.3g} %", end=True))
        return "".join(lines)

    def labels(self, marks: Sequence[tuple[float, str]]) -> str:
        """Return labels below the horizontal axis: none beyond the chart, none upon the one before."""
        drawn, free = [], 0.0
        for value, words in marks:
            x, width = self.x(value), _LETTER * len(words)
            turned = x + width > WIDTH
            start = x - width if turned else x
            if start >= free:
                drawn.append(text(x, HEIGHT - BOTTOM + 18, words, end=turned))
                free = start + width + _LETTER
        return "".join(drawn)

    def _points(self, places: Iterable[Place]) -> str:
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in places)


def chart(parts: Iterable[str], label: str, *, height: float = HEIGHT) -> str:
    """Return a chart; its label is what it shows in words."""
    about = f'role="img" aria-label="{escape(label)}"'
    return f'<svg viewBox="0 0 {WIDTH:g} {height:g}" {about}>{"".join(parts)}</svg>'


def text(x: float, y: float, words: str, *, end: bool = False) -> str:
    """Return words that begin at a place, or end there."""
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{anchor}>{escape(words)}</text>'


def ticks(low: float, high: float) -> list[float]:
    """Return about five round values from low to high.

    Example:
        >>> ticks(0, 0.13), ticks(-1.2, 6.9)
        ([0.0, 0.05, 0.1], [0.0, 2.0, 4.0, 6.0])
    """
    if not high > low:
        return [low]
    rough = (high - low) / _TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    numbers = range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)
    return [round(step * number, 10) for number in numbers]


def _line(kind: str, start: Place, end: Place) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
