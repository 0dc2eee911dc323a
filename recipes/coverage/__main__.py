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
        if cell.metric.startswith(chosen.metric):
            print(f"| {' | '.join(simulated(cell, chosen.draws, number))} |", flush=True)


def simulated(cell: Cell, draws: int, seed: int) -> list[str]:
    """Return the line of a cell, of so many seeded draws, or the part of them that it asks for."""
    rng, draws = np.random.default_rng([2402, seed]), max(round(cell.work * draws), 1)
    found = [cell.draw(rng) for _ in range(draws)]
    ends = {name: np.array([each[name] for each in found]) for name in found[0]}
    slack = 1e-12
    below, above = (
        np.mean(missed)
        for missed in (cell.truth < ends["ours"][:, 0] - slack, cell.truth > ends["ours"][:, 1] + slack)
    )
    former = "–"
    if "former" in ends:
        low, high = ends["former"].T
        former = _percent(np.mean((low - slack <= cell.truth) & (cell.truth <= high + slack)))
    width = np.mean(ends["ours"][:, 1] - ends["ours"][:, 0])
    words = [cell.metric, cell.scores, cell.size, _truth(cell.truth), former]
    return [*words, _percent(1 - below - above), _percent(below), _percent(above), f"{100 * width:.2f}"]


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
            words = ["share of n", "–", f"{count:,}", _truth(share), _percent(inside)]
            yield [
                *words,
                _percent(1 - below - above),
                _percent(below),
                _percent(above),
                f"{100 * width:.2f}",
            ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _truth(value: float) -> str:
    return f"{100 * value:.2f}"


if __name__ == "__main__":
    main()
