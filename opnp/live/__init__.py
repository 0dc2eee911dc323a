"""Re-scores stored features after a change of windows, exactly, at the cost of the change."""

from opnp.live.plain import PlainScorer, scorer
from opnp.live.sample import Preview, share_margin
from opnp.live.scorer import LiveScorer, warm_up

__all__ = ["LiveScorer", "PlainScorer", "Preview", "scorer", "share_margin", "warm_up"]
