"""Who compares figures: a bound each, and how many were compared with what largest deviation."""

from collections.abc import Callable

from journey.recomputed import AGAINST, Array

ROUNDING = 1e-6
"""Of sums of a few hundred terms in float64, and of JSON and CSV, which hold every digit."""


class Ledger:
    """Counts comparisons by kind, each with the largest deviation that came."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.largest: dict[str, float] = {}

    def close(self, kind: str, came: float, expected: float, bound: float) -> None:
        """Check that a figure is within its bound."""
        self._note(kind, abs(came - expected))
        assert abs(came - expected) <= bound + ROUNDING, (kind, came, expected, bound)

    def same(self, kind: str, came: object, expected: object) -> None:
        """Check what has no digits: a class, a verdict, a count."""
        self._note(kind, 0.0)
        assert came == expected, (kind, came, expected)

    def between(self, kind: str, came: float, low: float, high: float) -> None:
        """Check a count that a score near a threshold may change."""
        self._note(kind, 0.0 if low == high else abs(came - (low + high) / 2))
        assert low - ROUNDING <= came <= high + ROUNDING, (kind, came, low, high)

    def against(self, name: str, came: float, ids: Array, ood: Array, slack: float, unit: float = 1) -> None:
        """Check a figure of ID against OOD scores, each of which may be off by `slack`.

        Args:
            name: Of `AGAINST`; the average over several OOD sets where `ood` is a list of them.
            came: What is shown.
            ids: Scores.
            ood: Scores of one set, or of several in a list.
            slack: By how much a score may differ.
            unit: What `came` counts in: 0.01 for percent.
        """
        sets = ood if isinstance(ood, list) else [ood]
        figure: Callable[[Array, Array], float] = AGAINST[name]
        worst, here, best = (
            sum(figure(ids + off, one - off) for one in sets) / len(sets) for off in (-slack, 0.0, slack)
        )
        shown = 0.05 * unit if unit != 1 else 0.0  # one decimal of a percent
        self._note(name, abs(came * unit - here))
        low, high = sorted((worst, best))
        assert low - shown - ROUNDING <= came * unit <= high + shown + ROUNDING, (name, came, low, here, high)

    def __str__(self) -> str:
        """For the end of a run."""
        lines = [f"{sum(self.counts.values()):,} figures compared"]
        lines += [
            f"  {kind}: {n:,}, largest deviation {self.largest[kind]:.1e}" for kind, n in self.counts.items()
        ]
        return "\n".join(lines)

    def _note(self, kind: str, deviation: float) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.largest[kind] = max(self.largest.get(kind, 0.0), deviation)
