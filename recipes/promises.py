"""Print how often promises of a threshold are kept, in simulations: `python -m recipes.promises`.

The first tables draw scores from known populations, so that the truth is known; the last one draws images of
the embedded experiment, and chooses the windows on the same images as the threshold, or on others.
"""

from collections.abc import Iterator

import numpy as np

from opnp.config import UNPRUNED, Pruning
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.metrics import FloatArray
from opnp.prepare import prepare
from opnp.reports.markdown import table
from opnp.store import Store
from opnp.threshold.exact import most_beyond
from opnp.threshold.rules import AcceptId, LimitOod, Rule, choose_threshold, steady
from opnp.threshold.sample import ScoredSample

DRAWS = 2000
COUNTS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
SEARCHES = 500
"""Draws of the table of searches; its Monte Carlo error is one point."""
SEED = 2025
WANTED = 0.95
"""Share of ID to accept, and confidence, in the table of searches."""


def populations() -> dict[str, FloatArray]:
    """Return scores to draw from: continuous, tied to 0.1, tied to whole numbers, and each many times."""
    rng = np.random.default_rng(SEED)
    normal = rng.normal(size=100_000).astype(np.float32).astype(np.float64)
    repeated = np.repeat(normal[:400], rng.integers(1, 60, 400))
    return {
        "continuous": normal,
        "discrete": normal.round(1),
        "few values": normal.round(0),
        "duplicates": repeated,
    }


def accepted(population: FloatArray, thresholds: FloatArray) -> FloatArray:
    """Return the share of a population that each threshold accepts: the truth, as samples come from it."""
    return 1 - np.searchsorted(np.sort(population), thresholds, side="left") / population.size


def draw(population: FloatArray, count: int, seed: int) -> FloatArray:
    """Draw (DRAWS, count) scores with replacement."""
    return np.random.default_rng(seed).choice(population, size=(DRAWS, count))


def thresholds(rule: Rule, on_id: FloatArray, **ood: FloatArray) -> FloatArray:
    """Return the threshold that a rule gives on each row of scores."""
    right = np.ones(on_id.shape[1], dtype=bool)
    samples = (
        ScoredSample(row, right, {key: values[place] for key, values in ood.items()})
        for place, row in enumerate(on_id)
    )
    return np.array([steady(choose_threshold(rule, each), each) for each in samples])


def keeps_id(rule: AcceptId, population: FloatArray, count: int) -> float:
    """Return the share of draws whose threshold accepts what was promised of the population."""
    tau = thresholds(rule, draw(population, count, seed=count))
    return float(np.mean(accepted(population, tau) >= rule.tpr))


def keeps_limits(confidence: float | None, most: float, population: FloatArray, count: int) -> float:
    """Return the share of draws whose threshold keeps a limit on two sets at once."""
    near, far = population, 2 * population
    drawn = {"near": draw(near, count, seed=count), "far": draw(far, count, seed=count + 1)}
    rule = LimitOod(dict.fromkeys(drawn, most), confidence)
    tau = thresholds(rule, np.full((DRAWS, 1), 9.0), **drawn)
    return float(np.mean((accepted(near, tau) <= most) & (accepted(far, tau) <= most)))


def kept_rows(counts: tuple[int, ...] = COUNTS) -> Iterator[list[str]]:
    """Yield how often 90 % of ID is accepted, and 10 % of two sets at most let through, by n."""
    drawn = populations()
    for count in counts:
        plain = keeps_id(AcceptId(0.9, None), drawn["continuous"], count)
        kept = [keeps_id(AcceptId(0.9), each, count) for each in drawn.values()]
        loose = keeps_limits(None, 0.1, drawn["continuous"], count)
        limits = [keeps_limits(0.95, 0.1, drawn[name], count) for name in ("continuous", "discrete")]
        price = 1 - (most_beyond(count, 0.1, 0.95) + 1) / (count + 1)
        shares = (plain, *kept, price, loose, *limits)
        yield [f"{count:,}", *(f"{100 * share:.1f}" for share in shares)]


HEAD = (
    "images",
    "90 % of ID, plain",
    "promised, continuous",
    "discrete",
    "few values",
    "duplicates",
    "mean share accepted",
    "10 % of two sets, plain",
    "promised, continuous",
    "discrete",
)


def grid() -> list[Pruning]:
    """Return windows as somebody who searches tries them."""
    weights = [(low, high) for high in (90, 95, 98, 99, 100) for low in (0, 10, 30, 60)]
    neurons = [(0, 100), (10, 100), (0, 98), (0, 90), (10, 98)]
    return [Pruning(weights=each, neurons=other) for each in weights for other in neurons]


class Search:
    """Scores of every image of the embedded experiment under every window, to draw images from.

    Attributes:
        on_id: (W, N) scores, the unpruned model's in the last row.
        ood: (W, M) of each OOD set.
    """

    def __init__(self, explorer: Explorer) -> None:
        shown = [explorer.at(pruning) for pruning in (*grid(), UNPRUNED)]
        self.on_id = np.stack([each.id_test.scores.numpy() for each in shown])
        self.ood = {key: np.stack([each.ood[key].scores.numpy() for each in shown]) for key in shown[0].ood}

    def draw(self, count: int, rng: np.random.Generator) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Draw images of every set with replacement, with their scores under every window."""

        def some(scores: FloatArray) -> FloatArray:
            return scores[:, rng.integers(scores.shape[1], size=count)]

        return some(self.on_id), {key: some(scores) for key, scores in self.ood.items()}

    def kept(self, count: int) -> list[float]:
        """Return how often the promise is kept on `count` images of each set, ID's three times, then OOD's.

        Each with the windows that give the least FPR95 on the same images, on other ones, and unpruned.
        """
        rng = np.random.default_rng(SEED)
        rules = (AcceptId(WANTED, WANTED), LimitOod(dict.fromkeys(self.ood, 0.1), WANTED))
        kept = np.zeros((len(rules), 3))
        for _ in range(SEARCHES):
            drawn = self.draw(count, rng)
            for place, row in enumerate((best(*drawn), best(*self.draw(count, rng)), -1)):
                sample = ScoredSample(
                    drawn[0][row].astype(np.float64),
                    np.ones(count, dtype=bool),
                    {key: each[row].astype(np.float64) for key, each in drawn[1].items()},
                )
                for which, rule in enumerate(rules):
                    tau = steady(choose_threshold(rule, sample), sample)
                    kept[which, place] += self._holds(rule, tau, row)
        return [float(share) for share in (kept / SEARCHES).ravel()]

    def _holds(self, rule: Rule, tau: float, row: int) -> bool:
        if isinstance(rule, AcceptId):
            return bool(np.mean(self.on_id[row] >= tau) >= rule.tpr)
        return all(np.mean(each[row] >= tau) <= 0.1 for each in self.ood.values())


def best(on_id: FloatArray, ood: dict[str, FloatArray]) -> int:
    """Return the row of least FPR95, the mean over sets."""
    place = int(np.floor(0.05 * on_id.shape[1]))
    tau = np.partition(on_id, place, axis=1)[:, place, None]
    return int(np.argmin(np.mean([np.mean(each >= tau, axis=1) for each in ood.values()], axis=0)))


def main() -> None:
    """Print both tables."""
    print(table(HEAD, list(kept_rows())), "\n")
    with Store() as store:
        search = Search(Explorer(prepare(load_experiment("fashion"), store)))
    names = ("windows searched on the same images", "on others", "unpruned")
    head = ("images of each set", *(f"ID: {name}" for name in names), *(f"OOD: {name}" for name in names))
    rows = ([f"{count:,}", *search.kept(count)] for count in (200, 500, 2000))
    print(table(head, [[str(row[0]), *(f"{100 * share:.1f}" for share in row[1:])] for row in rows]))


if __name__ == "__main__":
    main()
