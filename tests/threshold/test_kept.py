import pytest

from opnp.threshold.kept import Kept, how_kept
from opnp.threshold.outcome import Outcome, Proportion
from opnp.threshold.rules import AcceptAndLimit, LimitOod, MinimiseCost

HELD_OUT = Outcome(
    0.0,
    Proportion(96, 100),
    {"near": Proportion(12, 100), "far": Proportion(40, 100)},
    Proportion(90, 96),
    Proportion(90, 100),
)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (LimitOod({"near": 0.15}), Kept.YES),
        (LimitOod({"near": 0.1, "far": 1.0}), Kept.CHANCE),
        (LimitOod({"near": 0.15, "far": 0.2}), Kept.NO),
        (LimitOod({"not held out": 0.1}), Kept.YES),
        (AcceptAndLimit(0.97, {"near": 0.15}), Kept.CHANCE),
        (AcceptAndLimit(0.95, {"near": 0.01}), Kept.NO),
        (MinimiseCost(), Kept.YES),
    ],
)
def test_the_worst_share_counts(rule, kept):
    assert how_kept(rule, HELD_OUT) is kept
