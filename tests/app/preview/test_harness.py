"""Both ways of running the engine give the same answers, as both are JavaScript."""

import numpy as np
import pytest

from tests.app.preview.engine import ROUTES, Batch
from tests.app.preview.made import real, request, walk


@pytest.fixture(scope="module")
def answers():
    """What each way there is says of the same calls."""
    rng = np.random.default_rng(0)
    explorer = real(rng, 3, 7, (40, 30))
    steps = [request(pruning, explorer.prepared.ood) for pruning in walk(rng, 4)]

    def ask(run):
        batch = Batch(run)
        batch.call("format.percent", 0.125)
        batch.on(explorer, "walk", steps)
        return batch.results()

    found = {}
    for name, start in ROUTES.items():
        with start() as run:
            found[name] = ask(run)
    return found


@pytest.mark.parametrize("name", ["node", "chromium"])
def test_a_way_to_run_the_engine(answers, name):
    if name not in answers and answers:
        pytest.skip(f"No {name} on this machine")
    assert answers[name][0] == "12.5 %"
    assert [len(scores) for scores in answers[name][1][0]["scores"]] == [20, 15]


def test_both_ways_agree(answers):
    if len(answers) < 2:
        pytest.skip("Only one way on this machine")
    assert answers["node"][0] == answers["chromium"][0]
    for ours, theirs in zip(answers["node"][1], answers["chromium"][1], strict=True):
        for key in ("sets", "fpr95", "accuracy", "pruned", "images"):
            assert ours[key] == theirs[key]
