"""Re-score stored features after a change of windows, exactly, at the cost of the change."""

from opnp.scoring.full import PlainScorer, scorer
from opnp.scoring.scorer import LiveScorer, warm_up
from opnp.scoring.stratified_sample import Preview

__all__ = ["LiveScorer", "PlainScorer", "Preview", "scorer", "warm_up"]
