"""The rule by the cost of errors."""

from dataclasses import dataclass

import numpy as np

from opnp._utils.checks import require_number
from opnp.threshold.limit_ood import next_up
from opnp.threshold.sample import ScoredSample

MOST_COST = 1e15
"""Of one error; beyond it sums of costs lose what tells two thresholds apart."""


@dataclass(frozen=True)
class MinimiseCost:
    """Rule: minimise the expected cost of errors in future traffic.

    Attributes:
        false_alarm: Cost of rejecting an ID image, from 0 to `MOST_COST`.
        miss: Cost of accepting an OOD image, likewise.
        error: Cost of accepting an ID image and putting it in a wrong class, likewise.
        ood_share: Expected share of OOD in the traffic, in [0, 1].
    """

    false_alarm: float = 1.0
    miss: float = 5.0
    error: float = 1.0
    ood_share: float = 0.1

    def __post_init__(self) -> None:
        for field, name in (("false_alarm", "a false alarm"), ("miss", "a miss"), ("error", "an error")):
            cost = require_number(
                f"the cost of {name}",
                getattr(self, field),
                most=MOST_COST,
                remedy="Only the ratios of the costs matter.",
            )
            object.__setattr__(self, field, cost)
        share = require_number(
            "the OOD share of the traffic", self.ood_share, most=1, remedy="0.1 is one image in ten."
        )
        object.__setattr__(self, "ood_share", share)

    def threshold(self, sample: ScoredSample) -> float:
        """Return the threshold of least `cost`; the lowest of equals, and above every score to reject all."""
        id_share = 1 - self.share_in(sample)
        gained = np.where(sample.correct, self.false_alarm, self.false_alarm - self.error)
        saved = (1 - id_share) * self.miss / max(1, len(sample.ood))
        changes = [id_share * gained / gained.size]  # of the cost, when a sample comes to be rejected
        changes += [np.full(scores.size, -saved / scores.size) for scores in sample.ood.values()]
        scores = np.concatenate([sample.id_scores, *sample.ood.values()])
        order = np.argsort(scores, kind="stable")
        cost = np.concatenate([[0.0], np.cumsum(np.concatenate(changes)[order])])
        candidates = np.append(scores[order], next_up(scores.max()))
        first = np.concatenate([[True], candidates[1:] > candidates[:-1]])  # ties are rejected together
        equal = 1e-12 * max(self.false_alarm, self.miss, self.error)
        within = cost[first] <= cost[first].min() + equal
        return float(candidates[first][within][0])

    def cost(self, threshold: float, sample: ScoredSample) -> float:
        """Return the expected cost of an image of the traffic, every OOD set weighted equally.

        (1 - pi) [c_alarm P(s < tau | ID) + c_error P(s >= tau, wrong | ID)] + pi c_miss P(s >= tau | OOD)
        """
        accepted = sample.id_scores >= threshold
        on_id = self.false_alarm * np.mean(~accepted) + self.error * np.mean(accepted & ~sample.correct)
        passed = [np.mean(scores >= threshold) for scores in sample.ood.values()] or [np.float64(0)]
        share = self.share_in(sample)
        return float((1 - share) * on_id + share * self.miss * np.mean(passed))

    def share_in(self, sample: ScoredSample) -> float:
        """Return the share of OOD in the traffic: none where the sample has no OOD set."""
        return self.ood_share if sample.ood else 0.0
