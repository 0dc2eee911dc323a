"""The rules to choose a threshold by: the ID accepted, the OOD let through, both, or the cost of errors."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from opnp.errors import InvalidSettingError
from opnp.metrics import FloatArray
from opnp.threshold.accept_and_limit import AcceptAndLimit
from opnp.threshold.accept_id import AcceptId
from opnp.threshold.limit_ood import LimitOod
from opnp.threshold.minimise_cost import MOST_COST, MinimiseCost
from opnp.threshold.sample import ScoredSample

__all__ = [
    "MOST_COST",
    "AcceptAndLimit",
    "AcceptId",
    "LimitOod",
    "MinimiseCost",
    "Rule",
    "as_measured",
    "choose_threshold",
    "describe_rule",
    "parse_rule",
    "steady",
]

Rule = AcceptId | LimitOod | AcceptAndLimit | MinimiseCost


_LITTLE = 1e-5


def choose_threshold(rule: Rule, sample: ScoredSample) -> float:
    """Return the threshold tau, used as `s >= tau` accepts, that a rule gives on a sample.

    Args:
        rule: What is wanted.
        sample: The half to choose on.

    Returns:
        tau: one of the scores, just above one, or between two; a float32 where the scores are, so that it is
        the same in single precision.

    Raises:
        InvalidDataError: If the rule limits an OOD set that the sample lacks.
        ImpossiblePromiseError: If these images cannot promise what the rule wants.

    Example:
        >>> scores = np.arange(1.0, 5.0)
        >>> sample = ScoredSample(scores, np.array([False, True, True, True]), {"far": np.array([1.0, 2.0])})
        >>> choose_threshold(AcceptId(0.75, confidence=None), sample)
        2.0
        >>> round(choose_threshold(LimitOod({"far": 0.5}, confidence=None), sample), 6)  # just above 1
        1.0
        >>> choose_threshold(MinimiseCost(false_alarm=1, miss=9, error=0, ood_share=0.5), sample)
        3.0
        >>> choose_threshold(AcceptId(0.75), sample)
        Traceback (most recent call last):
        opnp.threshold.errors.ImpossiblePromiseError: 4 ID images cannot promise at least 75 % of ID ...
    """
    return rule.threshold(sample)


def as_measured(rule: Rule) -> Rule | None:
    """Return the same rule without its promise; None where it makes none.

    Example:
        >>> as_measured(AcceptId(0.9)), as_measured(MinimiseCost())
        (AcceptId(tpr=0.9, confidence=None), None)
    """
    if isinstance(rule, MinimiseCost) or rule.confidence is None:
        return None
    return replace(rule, confidence=None)


def steady(threshold: float, sample: ScoredSample) -> float:
    """Return a threshold in the middle of the gap below it, which accepts the same images of the sample.

    A threshold that is itself an image's score leaves that image's verdict to the last digit, which differs
    between devices and runtimes. Half a gap is far more than that.

    Args:
        threshold: As a rule chose it.
        sample: The half that it was chosen on.

    Returns:
        A float32 above every score that is rejected and at most every one that is accepted. Where all are
        accepted, or none is, the gap is taken to be as wide as those between the scores are on average.

    Example:
        >>> steady(3.0, ScoredSample(np.array([1.0, 3.0]), np.array([True, True]), {"far": np.array([2.0])}))
        2.5
        >>> steady(1.0, ScoredSample(np.array([1.0, 1.5, 2.0]), np.ones(3, dtype=bool), {}))
        0.75
    """
    scores = np.concatenate([sample.id_scores, *sample.ood.values()])
    accepted, rejected = scores[scores >= threshold], scores[scores < threshold]
    above = float(accepted.min()) if accepted.size else threshold + _usual_gap(scores)
    below = float(rejected.max()) if rejected.size else above - _usual_gap(scores)
    middle = float(np.float32((below + above) / 2))
    return middle if below < middle <= above else threshold


def _usual_gap(scores: FloatArray) -> float:
    """Return the mean gap between neighbouring scores; of one single score, a little of itself."""
    apart = np.unique(scores)
    gap = np.ptp(apart) / max(apart.size - 1, 1)
    return float(gap or abs(apart[0]) * _LITTLE or 1.0)


def describe_rule(rule: Rule) -> dict[str, object]:
    """Return a rule in plain values, for files."""
    return {"rule": type(rule).__name__, **asdict(rule)}


def parse_rule(values: Mapping[str, Any]) -> Rule:
    """Parse a rule from the output of `describe_rule`.

    Raises:
        InvalidSettingError: If it is none.

    Example:
        >>> parse_rule(describe_rule(AcceptId(0.9)))
        AcceptId(tpr=0.9, confidence=0.95)
        >>> parse_rule({"rule": "AcceptId", "tpr": 0.9})  # of a file from before there were promises
        AcceptId(tpr=0.9, confidence=None)
    """
    kinds: dict[str, Callable[..., Rule]] = {
        kind.__name__: kind for kind in (AcceptId, LimitOod, AcceptAndLimit, MinimiseCost)
    }
    settings = {name: value for name, value in values.items() if name != "rule"}
    try:
        kind = kinds[values["rule"]]
        if kind is not MinimiseCost:
            settings.setdefault("confidence", None)
        return kind(**settings)
    except (KeyError, TypeError, AttributeError):
        raise InvalidSettingError(
            f"Expected a rule for a threshold, one of {', '.join(kinds)} with its settings, but got "
            "something else. Choose it again."
        ) from None
