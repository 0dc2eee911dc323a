"""The rule by the share of ID to accept."""

from dataclasses import dataclass

import numpy as np

from opnp._utils.checks import require_number
from opnp.errors import InvalidSettingError
from opnp.metrics import FloatArray, tpr_threshold
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.exact import images_to_promise, most_beyond, require_confidence
from opnp.threshold.sample import ScoredSample
from opnp.threshold.words import INSTEAD, share_text

CONFIDENCE = 0.95
"""Of a promise, unless another is chosen."""


def require_accepted(tpr: object) -> float:
    """Return a share of ID to accept, in (0, 1].

    Raises:
        InvalidSettingError: If it is none.
    """
    value = require_number("the share of ID to accept", tpr, most=1, remedy="0.95 is usual.")
    if value == 0:
        raise InvalidSettingError(
            "Expected the share of ID to accept to be above 0 and at most 1 but got 0. 0.95 is usual."
        )
    return value


@dataclass(frozen=True)
class AcceptId:
    """Rule: accept at least a share of ID.

    Attributes:
        tpr: That share, in (0, 1].
        confidence: With which that is promised of all ID images like these, in (0, 1); None takes the share
            of these images as it was measured and promises nothing.
    """

    tpr: float = 0.95
    confidence: float | None = CONFIDENCE

    def __post_init__(self) -> None:
        object.__setattr__(self, "tpr", require_accepted(self.tpr))
        object.__setattr__(self, "confidence", require_confidence(self.confidence))

    def threshold(self, sample: ScoredSample) -> float:
        """Return the largest score that accepts that share; OOD plays no part.

        Raises:
            ImpossiblePromiseError: If so few images cannot promise it.
        """
        return accepting(sample.id_scores, self.tpr, self.confidence)


def accepting(scores: FloatArray, tpr: float, confidence: float | None) -> float:
    """Return the largest of n ID scores, as tau, of which `s >= tau` can be promised for a share of ID.

    It is the (c + 1)-th smallest, c = `most_beyond`(n, 1 - tpr, confidence); without a confidence
    `tpr_threshold`.

    Raises:
        ImpossiblePromiseError: If so few images cannot promise it.

    Example:
        >>> scores = np.arange(1000.0)
        >>> accepting(scores, 0.95, None), accepting(scores, 0.95, 0.95)
        (50.0, 38.0)
    """
    if confidence is None:
        return tpr_threshold(scores, tpr=tpr)
    place = most_beyond(scores.size, 1 - tpr, confidence)
    if place < 0:
        needed = images_to_promise(1 - tpr, confidence)
        wanted = f"at least {share_text(tpr)} of ID accepted with {share_text(confidence)} confidence"
        raise ImpossiblePromiseError(
            f"{scores.size:,} ID images cannot promise {wanted}: "
            + ("no number of images can. " if needed is None else f"{needed:,} are needed. ")
            + INSTEAD
        )
    return float(np.partition(scores, place)[place])
