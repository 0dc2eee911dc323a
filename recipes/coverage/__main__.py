"""Print docs/intervals.md's table: how often each 95 % interval holds the truth.

python -m recipes.coverage --draws 2000 --metric FPR95
"""

import argparse
from collections.abc import Iterator

import numpy as np
from scipy.stats import binom

from opnp.evaluation.intervals import share_interval
from opnp.reports.markdown import table
from recipes.coverage.cells import Cell, cells
from recipes.coverage.former import wilson_share

HEADER = ["figure", "scores", "images", "truth", "former", "now", "truth below", "truth above", "width"]
SLACK = 1e-12
SHARES = (0.0004, 0.0053, 0.05, 0.5, 0.95, 0.999)


def main() -> None:
    """Simulate, and print a line as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000, help="samples a line")
    parser.add_argument("--metric", default="", help="only figures whose name begins so")
    chosen = parser.parse_args()
    print("\n".join(table(HEADER, [["-"] * len(HEADER)]).splitlines()[:2]))
    if "share of n".startswith(chosen.metric):
        for row in share_rows():
            print(f"| {' | '.join(row)} |", flush=True)
    for number, cell in enumerate(cells()):
        if any(name.startswith(chosen.metric) for name in cell.truths):
            for row in simulated(cell, chosen.draws, number):
                print(f"| {' | '.join(row)} |", flush=True)


def simulated(cell: Cell, draws: int, seed: int) -> Iterator[list[str]]:
    """Yield the lines of a cell, of so many seeded draws, or the part of them that it asks for."""
    rng, draws = np.random.default_rng([2402, seed]), max(round(cell.work * draws), 1)
    found = [cell.draw(rng) for _ in range(draws)]
    for name, truth in cell.truths.items():
        low, high = np.array([each[name].ours for each in found]).T
        below, above = float(np.mean(truth < low - SLACK)), float(np.mean(truth > high + SLACK))
        former = [each[name].former for each in found]
        words = "–"
        if former[0] is not None:
            ends = np.array(former).T
            words = _percent(np.mean((ends[0] - SLACK <= truth) & (truth <= ends[1] + SLACK)))
        sides = _percent(1 - below - above), _percent(below), _percent(above)
        width = _percent(np.mean(high - low), 2)
        yield [name, cell.scores, cell.size, _percent(truth, 2), words, *sides, width]


def share_rows() -> Iterator[list[str]]:
    """Yield the lines of plain shares: the coverage is a sum over all counts, nothing is drawn."""
    for count in (100, 1000, 10_000):
        hits = np.arange(count + 1)
        for share in SHARES:
            chance = binom.pmf(hits, count, share)
            likely = np.flatnonzero(chance > 1e-7)
            ours, former = (
                np.array([interval(int(hit), count) for hit in likely])
                for interval in (share_interval, wilson_share)
            )
            below, above = (chance[likely] @ missed for missed in (share < ours[:, 0], share > ours[:, 1]))
            inside = chance[likely] @ ((former[:, 0] <= share) & (share <= former[:, 1]))
            width = chance[likely] @ (ours[:, 1] - ours[:, 0])
            words = ["share of n", "–", f"{count:,}", _percent(share, 2), _percent(inside)]
            yield [
                *words,
                _percent(1 - below - above),
                _percent(below),
                _percent(above),
                _percent(width, 2),
            ]


def _percent(share: float | np.floating, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f}"


if __name__ == "__main__":
    main()
