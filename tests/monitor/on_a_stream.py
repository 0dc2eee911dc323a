"""A stream that changes after 2 000 images, and one that does not, for what is told of them."""

import numpy as np

from opnp.monitor.baseline import Baseline
from opnp.monitor.scored import ScoredBatch
from opnp.monitor.traffic import Monitored, watched_stream

NAMES = ("cat", "<b>dog</b>", "hen")
SCORES = np.sort(np.random.default_rng(0).normal(size=1000))
BASELINE = Baseline(SCORES, 1000, 50, (400, 300, 300), NAMES, float(SCORES[50]))


def stream(*, change: bool = True, images: int = 4000, times: bool = False) -> Monitored:
    rng = np.random.default_rng(1)
    scores = rng.normal(size=images)
    classes = rng.choice(3, size=images, p=[0.4, 0.3, 0.3])
    if change:
        scores[images // 2 :] -= 0.8
        classes[images // 2 :] = np.where(rng.random(images - images // 2) < 0.2, 1, classes[images // 2 :])
    names = [NAMES[number] for number in classes]
    files = [f'in/{number}"<i>.png' for number in range(images)]
    seen = [f"2026-01-{1 + 20 * number // images:02} <u>" for number in range(images)] if times else None
    return watched_stream([ScoredBatch(scores, names, files, seen, skipped=2)], BASELINE)
