"""The rule by both: the share of ID to accept and the share of OOD to let through."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from opnp.threshold.accept_id import CONFIDENCE, accepting, require_accepted
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.exact import bound_beyond, require_confidence
from opnp.threshold.limit_ood import each_of, limited, limiting, require_limits
from opnp.threshold.sample import ScoredSample
from opnp.threshold.words import at_least_text, at_most_text, listed, share_text


@dataclass(frozen=True)
class AcceptAndLimit:
    """Rule: accept at least a share of ID, and at most a share of OOD sets.

    Attributes:
        tpr: Of ID, in (0, 1].
        most: Of each OOD set, in [0, 1], by key; sets that are not named are not limited.
        confidence: With which all of that is promised at once, in (0, 1); None takes the shares as they were
            measured and promises nothing.
    """

    tpr: float
    most: Mapping[str, float]
    confidence: float | None = CONFIDENCE

    def __post_init__(self) -> None:
        object.__setattr__(self, "tpr", require_accepted(self.tpr))
        object.__setattr__(self, "most", require_limits(self.most))
        object.__setattr__(self, "confidence", require_confidence(self.confidence))

    def threshold(self, sample: ScoredSample) -> float:
        """Return the middle of the thresholds that keep all of it.

        Raises:
            InvalidDataError: If the sample lacks a limited set.
            ImpossiblePromiseError: If so few images cannot promise a part, or the parts exclude each other.
        """
        each = each_of(self.confidence, 1 + len(limited(self.most)))
        high = accepting(sample.id_scores, self.tpr, each)
        low = limiting(sample, self.most, each)
        broken = self._broken(sample, high, each) if low > high else []
        if broken:
            raise ImpossiblePromiseError(self._exclusion(sample, low, broken, each))
        middle = float(np.float32((low + high) / 2))
        return middle if low <= middle <= high else high

    def _broken(self, sample: ScoredSample, tau: float, each: float | None) -> list[str]:
        """Return the limits that a threshold breaks, as what it lets through of each set."""
        passed = {key: sample.ood[key] >= tau for key in limited(self.most)}
        shares = {key: _beyond(int(hits.sum()), hits.size, each) for key, hits in passed.items()}
        return [f"{at_most_text(shares[key])} of {key!r}" for key in shares if shares[key] > self.most[key]]

    def _exclusion(self, sample: ScoredSample, low: float, broken: list[str], each: float | None) -> str:
        """Return what could be had instead: of ID within the limits, or of OOD with that share of ID."""
        rejected = int(np.sum(sample.id_scores < low))
        of_id = at_least_text(1 - _beyond(rejected, sample.id_scores.size, each))
        sure = "" if self.confidence is None else f" with {share_text(self.confidence)} confidence"
        return (
            f"No threshold both accepts {share_text(self.tpr)} of ID and keeps every limit on OOD{sure}. "
            f"Within the limits at least {of_id} of ID can be accepted; with {share_text(self.tpr)} of ID "
            f"accepted, at most {listed(broken)} is let through. Ask for less of one."
        )


def _beyond(hits: int, count: int, confidence: float | None) -> float:
    """Return the most that a share may be after `hits` of `count`; without a confidence, as measured."""
    return hits / count if confidence is None else bound_beyond(hits, count, confidence)
