"""FPR95, AUROC and AUPR of scores, ECE of confidences. Everything is float64 and a fraction in [0, 1].

ID is the positive class and a higher score is more in-distribution. A NaN or infinite score is an error that
names the sample; it is never dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidDataError, InvalidSettingError

if TYPE_CHECKING:
    import torch

Scores: TypeAlias = "torch.Tensor | npt.NDArray[np.floating] | Sequence[float]"
Correct: TypeAlias = "torch.Tensor | Sequence[bool]"
FloatArray: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """Confidence against accuracy in equal-width bins (lo, hi], the data of a reliability diagram.

    Attributes:
        edges: (bins + 1,) from 0 to 1.
        count: (bins,) samples a bin.
        confidence: (bins,) mean confidence, NaN in an empty bin.
        accuracy: (bins,) share correct, NaN in an empty bin.
    """

    edges: FloatArray
    count: npt.NDArray[np.int64]
    confidence: FloatArray
    accuracy: FloatArray

    @property
    def ece(self) -> float:
        """Expected calibration error, sum_b n_b/n |accuracy_b - confidence_b|. Lower is better."""
        filled = self.count > 0
        gaps = np.abs(self.accuracy[filled] - self.confidence[filled])
        return float(np.sum(self.count[filled] * gaps) / self.count.sum())


def tpr_threshold(id_scores: Scores, *, tpr: float = 0.95) -> float:
    """Return the largest score that, used as threshold `s >= tau`, still accepts at least `tpr` of ID.

    tau = sorted(ID scores, ascending)[floor((1 - tpr) * n)]

    Args:
        id_scores: (n,) scores of ID samples, finite.
        tpr: Share of ID to accept, in (0, 1].

    Returns:
        tau, one of the scores.

    Raises:
        InvalidDataError: If there is no score, or one is NaN or infinite.
        InvalidSettingError: If `tpr` is outside (0, 1].

    Example:
        >>> tpr_threshold(range(100))
        5.0
    """
    if not 0 < tpr <= 1:
        raise InvalidSettingError(
            f"Expected `tpr` to be above 0 and at most 1 but got {tpr!r}. 0.95 is usual."
        )
    return _tau(_scores("id_scores", id_scores), tpr)


def fpr95(id_scores: Scores, ood_scores: Scores) -> float:
    """Return the share of OOD samples accepted by the threshold that accepts at least 95 % of ID.

    FPR95 = |{s in OOD : s >= tau}| / |OOD|, tau = sorted(ID)[floor(0.05 n)]. The comparison is not strict, so
    a constant score gives 1. Equals scikit-learn's roc_curve (ID positive, `drop_intermediate=False`) at the
    first TPR >= 0.95.

    Args:
        id_scores: (n,) scores of ID samples, finite, higher is more ID.
        ood_scores: (m,) scores of OOD samples, finite.

    Returns:
        A fraction in [0, 1]. Lower is better.

    Raises:
        InvalidDataError: If a side is empty, or a score is NaN or infinite.

    Example:
        >>> fpr95([1.0, 2.0, 3.0, 4.0], [0.5, 1.0])
        0.5
    """
    ood = _scores("ood_scores", ood_scores)
    return float(np.mean(ood >= _tau(_scores("id_scores", id_scores), 0.95)))


def auroc(id_scores: Scores, ood_scores: Scores) -> float:
    """Return the probability that an ID sample scores above an OOD sample, ties counted half.

    Args:
        id_scores: (n,) scores of ID samples, finite, higher is more ID.
        ood_scores: (m,) scores of OOD samples, finite.

    Returns:
        A fraction in [0, 1]. Higher is better, 0.5 is chance.

    Raises:
        InvalidDataError: If a side is empty, or a score is NaN or infinite.

    Example:
        >>> auroc([1.0, 2.0], [1.0, 0.0])
        0.875
    """
    id_ascending = _ascending("id_scores", id_scores)
    ood_ascending = _ascending("ood_scores", ood_scores)
    if id_ascending.size <= ood_ascending.size:
        return _share_of_wins(id_ascending, ood_ascending)
    return 1.0 - _share_of_wins(ood_ascending, id_ascending)


def share_below(ascending: FloatArray, values: FloatArray) -> FloatArray:
    """Return, for each of `values`, the share of the sorted array below it, ties counted half.

    Example:
        >>> share_below(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
        array([0.25, 1.  ])
    """
    below = np.searchsorted(ascending, values, side="left")
    tied = np.searchsorted(ascending, values, side="right") - below
    return (below + 0.5 * tied) / ascending.size


AUPR_IS = "AUPR is average precision; OpenOOD joins the same points by trapezoids, which is another number."


def aupr(positive_scores: Scores, negative_scores: Scores) -> float:
    """Return average precision, AP = sum_k (R_k - R_{k-1}) P_k over thresholds from high to low.

    For AUPR with ID positive pass (ID, OOD); with OOD positive pass (-OOD, -ID). It depends on the ratio of
    the counts, so show them beside it. The area under straight lines between the same points, as OpenOOD
    computes AUPR, is another number: there .8708 where this is .8875.

    Args:
        positive_scores: (n,) finite scores of the positive class, which should be the higher ones.
        negative_scores: (m,) finite scores of the negative class.

    Returns:
        A fraction in [0, 1]. Higher is better; chance is n / (n + m).

    Raises:
        InvalidDataError: If a side is empty, or a score is NaN or infinite.

    Example:
        >>> aupr([3.0, 1.0], [2.0])  # 1/2 * 1 + 1/2 * 2/3
        0.8333333333333333
    """
    positive = _ascending("positive_scores", positive_scores)
    negative = _ascending("negative_scores", negative_scores)
    first, gained = _distinct(positive)
    true_positives = positive.size - first
    false_positives = negative.size - np.searchsorted(negative, positive[first], side="left")
    precision = true_positives / (true_positives + false_positives)
    return float(np.sum(gained * precision) / positive.size)


def reliability(
    confidence: Scores, correct: "torch.Tensor | Sequence[bool]", *, bins: int = 15
) -> Reliability:
    """Bin confidences into `bins` equal widths (lo, hi] and count correct predictions.

    Args:
        confidence: (n,) softmax maxima in [0, 1].
        correct: (n,) whether the prediction was right.
        bins: Number of bins, at least 1.

    Returns:
        Counts, mean confidence and accuracy a bin. A confidence of exactly 0 falls in the first bin.

    Raises:
        InvalidDataError: If shapes differ, there is no sample, a confidence is outside [0, 1], or
            `correct` holds anything but true and false.
        InvalidSettingError: If `bins` is no whole number of at least 1.
    """
    if not isinstance(bins, int) or bins < 1:
        raise InvalidSettingError(
            f"Expected `bins` to be a whole number of at least 1 but got {bins!r}. 15 is the usual choice."
        )
    confidences = _scores("confidence", confidence)
    right = np.asarray(_on_cpu(correct))
    if right.shape != confidences.shape:
        raise InvalidDataError(
            f"Expected `correct` to have one entry for each of the {confidences.size} confidences "
            f"but got shape {right.shape}. Pass predicted == label of the same samples."
        )
    if not np.isin(right, (0, 1)).all():
        raise InvalidDataError(
            "Expected `correct` to hold only true and false but got other values. Pass predicted == label, "
            "not the labels."
        )
    if confidences.min() < 0 or confidences.max() > 1:
        raise InvalidDataError(
            "Expected `confidence` to be in [0, 1] but got values from "
            f"{confidences.min():g} to {confidences.max():g}. Pass softmax maxima, not logits."
        )
    edges = np.arange(bins + 1) / bins  # the floats nearest to i / bins, which linspace's are not
    bins_of = np.searchsorted(edges[1:-1], confidences, side="left")  # (lo, hi]
    count = np.bincount(bins_of, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(bins_of, weights=confidences, minlength=bins) / count
        accuracy = np.bincount(bins_of, weights=right.astype(np.float64), minlength=bins) / count
    return Reliability(edges, count, mean_confidence, accuracy)


def ece(confidence: Scores, correct: Correct, *, bins: int = 15) -> float:
    """Return the expected calibration error, L1 over equal-width bins (lo, hi] weighted by count.

    ECE = sum_b (n_b / n) |accuracy_b - mean confidence_b|

    Args:
        confidence: (n,) softmax maxima in [0, 1].
        correct: (n,) whether the prediction was right.
        bins: Number of bins.

    Returns:
        A fraction in [0, 1]. Lower is better.

    Raises:
        InvalidDataError: If shapes differ, there is no sample, a confidence is outside [0, 1], or
            `correct` holds anything but true and false.
        InvalidSettingError: If `bins` is no whole number of at least 1.

    Reference:
        Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section 2.

    Example:
        >>> ece([0.75, 0.75], [True, False])
        0.25
    """
    return reliability(confidence, correct, bins=bins).ece


def _share_of_wins(fewer: FloatArray, more: FloatArray) -> float:
    """Return the share of pairs in which `fewer` is above `more`, ties counted half; both are sorted."""
    first, count = _distinct(fewer)
    distinct = fewer[first]
    below = np.searchsorted(more, distinct, side="left")
    ties = more[np.minimum(below, more.size - 1)] == distinct
    tied = np.searchsorted(more, distinct[ties], side="right") - below[ties]
    wins = np.sum(count * below) + 0.5 * np.sum(count[ties] * tied)
    return float(wins / (fewer.size * more.size))


def _distinct(ascending: FloatArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the first position and the number of occurrences of each distinct score."""
    first = np.flatnonzero(np.concatenate([[True], ascending[1:] != ascending[:-1]]))
    return first, np.diff(first, append=ascending.size)


def _ascending(name: str, values: Scores) -> FloatArray:
    """Sort scores; those that float32 holds exactly are sorted in it, at half the cost."""
    array = _scores(name, values)
    with np.errstate(over="ignore"):
        narrow = array.astype(np.float32)
    return np.sort(narrow).astype(np.float64) if np.array_equal(narrow, array) else np.sort(array)


def _tau(id_scores: FloatArray, tpr: float) -> float:
    place = min(int(np.floor((1.0 - tpr) * id_scores.size + 1e-9)), id_scores.size - 1)
    return float(np.partition(id_scores, place)[place])


def _scores(name: str, values: Scores) -> FloatArray:
    array = np.asarray(_on_cpu(values), dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise InvalidDataError(
            f"Expected `{name}` to be a vector of at least one score but got shape {array.shape}. "
            "Pass one number a sample."
        )
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise InvalidDataError(
            f"Expected `{name}` to be finite but sample {bad[0]} has {array[bad[0]]} "
            f"({bad.size} such samples). Check that sample's image and features and compute them again."
        )
    return array


def _on_cpu(values: Any) -> Any:  # noqa: ANN401 - anything that numpy takes
    """Return a tensor of any device and number format as an array, others unchanged; import no torch."""
    if not hasattr(values, "detach"):
        return values
    tensor = values.detach().cpu()
    return (tensor.double() if tensor.is_floating_point() else tensor).numpy()
