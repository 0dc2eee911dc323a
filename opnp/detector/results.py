"""What a detector says of an image."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One image.

    Attributes:
        class_name: Of the largest logit.
        confidence: Softmax maximum, in [0, 1].
        score: Energy score; higher is more in-distribution.
        is_ood: Whether the score is below the threshold.
    """

    class_name: str
    confidence: float
    score: float
    is_ood: bool
