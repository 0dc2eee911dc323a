"""How many of many samples' intervals hold the truth, for tests."""

from collections.abc import Callable

import numpy as np

from opnp.evaluation.intervals import Interval


def held(truth: float, draw: Callable[[np.random.Generator], Interval], draws: int = 300) -> float:
    """Share of seeded samples whose interval holds the truth. Its own standard error is 1.3 % at 300."""
    rng = np.random.default_rng(2402)
    ends = [draw(rng) for _ in range(draws)]
    return float(np.mean([low - 1e-12 <= truth <= high + 1e-12 for low, high in ends]))
