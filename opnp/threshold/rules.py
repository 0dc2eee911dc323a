"""Three rules to choose a threshold: by the ID accepted, by the OOD accepted, or by the cost of errors."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from opnp._utils.checks import require_number
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.metrics import FloatArray, tpr_threshold
from opnp.threshold.sample import ScoredSample

MOST_COST = 1e15
"""Of one error; beyond it sums of costs lose what tells two thresholds apart."""


@dataclass(frozen=True)
class AcceptId:
    """Rule: accept at least a share of ID.

    Attributes:
        tpr: That share, in (0, 1].
    """

    tpr: float = 0.95

    def __post_init__(self) -> None:
        tpr = require_number("the share of ID to accept", self.tpr, most=1, remedy="0.95 is usual.")
        if tpr == 0:
            raise InvalidSettingError(
                "Expected the share of ID to accept to be above 0 and at most 1 but got 0. 0.95 is usual."
            )
        object.__setattr__(self, "tpr", tpr)

    def threshold(self, sample: ScoredSample) -> float:
        """Return the largest score that accepts that share; OOD plays no part."""
        return tpr_threshold(sample.id_scores, tpr=self.tpr)


@dataclass(frozen=True)
class LimitOod:
    """Rule: accept at most a share of OOD sets. The same share for all of them limits the worst.

    Attributes:
        most: That share of each set, in [0, 1], by key; sets that are not named are not limited.
    """

    most: Mapping[str, float]

    def __post_init__(self) -> None:
        if not self.most:
            raise InvalidSettingError("Expected a limit for at least one OOD set but got none. Name one.")
        remedy = "0.05 lets one image in twenty through."
        most = {
            key: require_number(f"the most of {key!r} to let through", share, most=1, remedy=remedy)
            for key, share in self.most.items()
        }
        object.__setattr__(self, "most", most)

    def threshold(self, sample: ScoredSample) -> float:
        """Return the smallest float32 that keeps every limit, or the lowest score if none need rejecting."""
        unknown = self.most.keys() - sample.ood.keys()
        if unknown:
            raise InvalidDataError(
                f"Expected scores of the limited OOD set {min(unknown)!r} but there are none. Choose it too."
            )
        lowest = min(map(np.min, (sample.id_scores, *sample.ood.values())))
        needed = [_above(sample.ood[key], share) for key, share in self.most.items()]
        return max(float(lowest), *needed)


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
        id_share = 1 - self._ood_share(sample)
        gained = np.where(sample.correct, self.false_alarm, self.false_alarm - self.error)
        saved = (1 - id_share) * self.miss / max(1, len(sample.ood))
        changes = [id_share * gained / gained.size]  # of the cost, when a sample comes to be rejected
        changes += [np.full(scores.size, -saved / scores.size) for scores in sample.ood.values()]
        scores = np.concatenate([sample.id_scores, *sample.ood.values()])
        order = np.argsort(scores, kind="stable")
        cost = np.concatenate([[0.0], np.cumsum(np.concatenate(changes)[order])])
        candidates = np.append(scores[order], _next_up(scores.max()))
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
        share = self._ood_share(sample)
        return float((1 - share) * on_id + share * self.miss * np.mean(passed))

    def _ood_share(self, sample: ScoredSample) -> float:
        return self.ood_share if sample.ood else 0.0


Rule = AcceptId | LimitOod | MinimiseCost


def choose_threshold(rule: Rule, sample: ScoredSample) -> float:
    """Return the threshold tau, used as `s >= tau` accepts, that a rule gives on a sample.

    Args:
        rule: What is wanted.
        sample: The half to choose on.

    Returns:
        tau, one of the scores or a float32 just above one, so that it is the same in single precision.

    Raises:
        InvalidDataError: If the rule limits an OOD set that the sample lacks.

    Example:
        >>> scores = np.arange(1.0, 5.0)
        >>> sample = ScoredSample(scores, np.array([False, True, True, True]), {"far": np.array([1.0, 2.0])})
        >>> choose_threshold(AcceptId(0.75), sample)
        2.0
        >>> round(choose_threshold(LimitOod({"far": 0.5}), sample), 6)  # just above 1
        1.0
        >>> choose_threshold(MinimiseCost(false_alarm=1, miss=9, error=0, ood_share=0.5), sample)
        3.0
    """
    return rule.threshold(sample)


def steady(threshold: float, sample: ScoredSample) -> float:
    """Return a threshold in the middle of the gap below it, which accepts the same images of the sample.

    A threshold that is itself an image's score leaves that image's verdict to the last digit, which differs
    between devices and runtimes. Half a gap is far more than that.

    Args:
        threshold: As a rule chose it.
        sample: The half that it was chosen on.

    Returns:
        A float32 above every score that is rejected and at most every one that is accepted.

    Example:
        >>> steady(3.0, ScoredSample(np.array([1.0, 3.0]), np.array([True, True]), {"far": np.array([2.0])}))
        2.5
    """
    scores = np.concatenate([sample.id_scores, *sample.ood.values()])
    accepted, rejected = scores[scores >= threshold], scores[scores < threshold]
    above = float(accepted.min()) if accepted.size else threshold + 1.0
    below = float(rejected.max()) if rejected.size else above - 1.0
    middle = float(np.float32((below + above) / 2))
    return middle if below < middle <= above else threshold


def describe_rule(rule: Rule) -> dict[str, object]:
    """Return a rule in plain values, for files."""
    return {"rule": type(rule).__name__, **asdict(rule)}


def parse_rule(values: Mapping[str, Any]) -> Rule:
    """Parse a rule from the output of `describe_rule`.

    Raises:
        InvalidSettingError: If it is none.

    Example:
        >>> parse_rule(describe_rule(AcceptId(0.9)))
        AcceptId(tpr=0.9)
    """
    kinds: dict[str, Callable[..., Rule]] = {
        kind.__name__: kind for kind in (AcceptId, LimitOod, MinimiseCost)
    }
    settings = {name: value for name, value in values.items() if name != "rule"}
    try:
        return kinds[values["rule"]](**settings)
    except (KeyError, TypeError, AttributeError):
        raise InvalidSettingError(
            f"Expected a rule for a threshold, one of {', '.join(kinds)} with its settings, but got "
            "something else. Choose it again."
        ) from None


def _above(scores: FloatArray, share: float) -> float:
    """Return the smallest float32 tau with at most `share` of the scores at or above it."""
    allowed = int(np.floor(share * scores.size + 1e-9))
    if allowed >= scores.size:
        return -np.inf
    place = scores.size - 1 - allowed
    return _next_up(np.partition(scores, place)[place])


def _next_up(score: float) -> float:
    single = np.float32(score)
    return float(single if single > score else np.nextafter(single, np.float32(np.inf)))
