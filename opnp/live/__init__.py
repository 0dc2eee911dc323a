"""Re-scores stored features after a change of windows, exactly, at the cost of the change."""

from opnp.live.sample import Preview, share_margin
from opnp.live.scorer import LiveScorer, warm_up

__all__ = ["LiveScorer", "Preview", "share_margin", "warm_up"]
