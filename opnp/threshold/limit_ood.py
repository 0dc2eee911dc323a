"""The rule by the share of OOD to let through."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from opnp._utils.checks import require_number
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.metrics import FloatArray
from opnp.threshold.accept_id import CONFIDENCE
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.exact import images_to_promise, most_beyond, require_confidence
from opnp.threshold.sample import ScoredSample
from opnp.threshold.words import INSTEAD, share_text


def require_limits(most: Mapping[str, object]) -> dict[str, float]:
    """Return the most of each OOD set to let through, in [0, 1], by key.

    Raises:
        InvalidSettingError: If there is none, or one is no share.
    """
    if not most:
        raise InvalidSettingError("Expected a limit for at least one OOD set but got none. Name one.")
    remedy = "0.05 lets one image in twenty through."
    return {
        key: require_number(f"the most of {key!r} to let through", share, most=1, remedy=remedy)
        for key, share in most.items()
    }


@dataclass(frozen=True)
class LimitOod:
    """Rule: accept at most a share of OOD sets. The same share for all of them limits the worst.

    Attributes:
        most: That share of each set, in [0, 1], by key; sets that are not named are not limited.
        confidence: With which that is promised of all images like these, of all limited sets at once, in
            (0, 1); None takes the shares of these images as they were measured and promises nothing.
    """

    most: Mapping[str, float]
    confidence: float | None = CONFIDENCE

    def __post_init__(self) -> None:
        object.__setattr__(self, "most", require_limits(self.most))
        object.__setattr__(self, "confidence", require_confidence(self.confidence))

    def threshold(self, sample: ScoredSample) -> float:
        """Return the smallest float32 that keeps every limit, or the lowest score if none need rejecting.

        Raises:
            InvalidDataError: If the sample lacks a limited set.
            ImpossiblePromiseError: If so few images cannot promise a limit.
        """
        return limiting(sample, self.most, each_of(self.confidence, len(limited(self.most))))


def limited(most: Mapping[str, float]) -> dict[str, float]:
    """Return the limits that can be broken; to let 100 % through is none."""
    return {key: share for key, share in most.items() if share < 1}


def each_of(confidence: float | None, promises: int) -> float | None:
    """Return the confidence of each of several promises for all of them to be kept at once.

    The doubt is shared out equally, 1 - (1 - gamma) / k (Bonferroni), which needs no independence.

    Example:
        >>> round(each_of(0.95, 5), 4)
        0.99
    """
    return None if confidence is None else 1 - (1 - confidence) / max(1, promises)


def limiting(sample: ScoredSample, most: Mapping[str, float], confidence: float | None) -> float:
    """Return the smallest float32 tau that keeps each limit with `confidence`, or the lowest of all scores.

    For m images of a set it lies just above the (j + 1)-th largest score, j = `most_beyond`(m, q,
    confidence); without a confidence j = floor(q m).

    Raises:
        InvalidDataError: If the sample lacks a limited set.
        ImpossiblePromiseError: If so few images cannot promise a limit.
    """
    unknown = most.keys() - sample.ood.keys()
    if unknown:
        raise InvalidDataError(
            f"Expected scores of the limited OOD set {min(unknown)!r} but there are none. Choose it too."
        )
    lowest = min(map(np.min, (sample.id_scores, *sample.ood.values())))
    needed = [
        _above(sample.ood[key], _allowed(key, sample.ood[key].size, share, confidence))
        for key, share in limited(most).items()
    ]
    return max(float(lowest), *needed, -np.inf)


def _allowed(key: str, count: int, share: float, confidence: float | None) -> int:
    """Return how many images of a set may be let through."""
    if confidence is None:
        return int(np.floor(share * count + 1e-9))
    allowed = most_beyond(count, share, confidence)
    if allowed < 0:
        needed = images_to_promise(share, confidence)
        wanted = f"at most {share_text(share)} let through with {share_text(confidence)} confidence"
        raise ImpossiblePromiseError(
            f"{count:,} images of {key!r} cannot promise {wanted}: "
            + ("no number of images can. " if needed is None else f"{needed:,} are needed. ")
            + INSTEAD
        )
    return allowed


def _above(scores: FloatArray, allowed: int) -> float:
    """Return the smallest float32 tau with at most `allowed` of the scores at or above it."""
    if allowed >= scores.size:
        return -np.inf
    place = scores.size - 1 - allowed
    return next_up(np.partition(scores, place)[place])


def next_up(score: float) -> float:
    """Return the smallest float32 above a score.

    Example:
        >>> next_up(1.0) - 1 == np.finfo(np.float32).eps
        np.True_
    """
    single = np.float32(score)
    return float(single if single > score else np.nextafter(single, np.float32(np.inf)))
