"""Variation of a threshold over resamples, and the sample size for a given precision."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from opnp.errors import InvalidSettingError
from opnp.evaluation.intervals import Z_95, Interval
from opnp.evaluation.intervals.draws import RESAMPLES as DRAWS
from opnp.evaluation.intervals.draws import beta_draws, even_normals
from opnp.metrics import FloatArray
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.rules import Rule, choose_threshold
from opnp.threshold.sample import ScoredSample, resampled, sorted_sample

RESAMPLES = 200
SEED = 13


@dataclass(frozen=True)
class Spread:
    """Thresholds over resamples of the images that chose it.

    Attributes:
        thresholds: (200,) in rising order; fewer where resamples cannot keep what the rule promises.
        id_accepted: 95 % interval of the share of all ID images that a threshold chosen like this accepts.
    """

    thresholds: FloatArray
    id_accepted: Interval

    @property
    def interval(self) -> Interval:
        """Interval of 95 % of the thresholds."""
        low, high = np.percentile(self.thresholds, [2.5, 97.5])
        return Interval(float(low), float(high))

    @property
    def deviation(self) -> float:
        """Standard deviation of the thresholds; 0 of one."""
        return float(np.std(self.thresholds, ddof=min(1, self.thresholds.size - 1)))


def threshold_spread(rule: Rule, tune: ScoredSample, report: ScoredSample) -> Spread:
    """Choose the threshold again on 200 seeded resamples of every set.

    Resamples on which the parts of a rule exclude each other have none and are left out.

    Args:
        rule: How it is chosen.
        tune: The half that it is chosen on.
        report: The half that says what the thresholds would accept.

    Returns:
        The thresholds, and the interval of the share of ID that the rule accepts: of each of them, h of the n
        held-out images are accepted, and the share behind them lies between draws of Beta(h, n - h + 1) and
        Beta(h + 1, n - h). So both halves' uncertainty is in it: that of the choice and that of the report.

    Reference:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6; Clopper and Pearson,
        Biometrika 26, 1934.
    """
    rng, ordered = np.random.default_rng(SEED), sorted_sample(tune)
    found = []
    for _ in range(RESAMPLES):
        with suppress(ImpossiblePromiseError):
            found.append(choose_threshold(rule, resampled(ordered, rng)))
    thresholds = np.sort(found or [choose_threshold(rule, tune)])
    below = np.searchsorted(np.sort(report.id_scores), thresholds, side="left")
    rejected = below[np.arange(DRAWS) * thresholds.size // DRAWS].astype(np.float64)
    accepted, normals = report.id_scores.size - rejected, even_normals(2, skipped=1)
    low = np.percentile(beta_draws(accepted, rejected + 1, *normals), 2.5)
    high = np.percentile(beta_draws(accepted + 1, rejected, *normals), 97.5)
    return Spread(thresholds, Interval(float(low), float(high)))


def images_needed(share: float, precision: float) -> int:
    """Return the number of ID images for a threshold that accepts `share` of all ID within `precision`.

    Whatever the distribution of the scores, the true share that the k-th of n scores accepts is distributed
    as Beta(n - k + 1, k). Its standard deviation is sqrt(t (1 - t) / (n + 2)), so n = z² t (1 - t) / e² - 2
    images give 95 % of the thresholds a share within t ± e.

    Args:
        share: t, in (0, 1).
        precision: e, in (0, 1).

    Returns:
        n, rounded up, at least 1.

    Raises:
        InvalidSettingError: If a number is outside its range.

    Example:
        >>> images_needed(0.95, 0.01)
        1823
    """
    _require_inside("share", share)
    _require_inside("precision", precision)
    return max(1, int(np.ceil(Z_95**2 * share * (1 - share) / precision**2 - 2)))


def precision_reached(share: float, images: int) -> float:
    """Return half the width of the 95 % interval of the true share that a threshold from n ID images accepts.

    e = z sqrt(t (1 - t) / (n + 2)), the other way round of `images_needed`.

    Args:
        share: t, in (0, 1).
        images: n, at least 1.

    Returns:
        e, a fraction.

    Raises:
        InvalidSettingError: If a number is outside its range.

    Example:
        >>> round(precision_reached(0.95, 1823), 4)
        0.01
    """
    _require_inside("share", share)
    if images < 1:
        raise InvalidSettingError(f"Expected `images` to be at least 1 but got {images!r}.")
    return float(Z_95 * np.sqrt(share * (1 - share) / (images + 2)))


def _require_inside(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise InvalidSettingError(f"Expected `{name}` to be between 0 and 1 but got {value!r}.")
