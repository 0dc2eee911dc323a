"""How many images a change of the traffic takes to be noticed."""

import numpy as np

from opnp.errors import InvalidSettingError
from opnp.monitor.baseline import Baseline
from opnp.monitor.looks import Sign, allowance, rejection_p_value
from opnp.monitor.watch import SHORTEST

CERTAINTY = 0.9
LONGEST = 10_000_000
"""Images; what takes longer is not noticed."""


def mixed_rate(baseline: Baseline, ood_share: float, ood_rejected: float) -> float:
    """Return the share of a mixture that is rejected, (1 − q) r + q r_ood.

    Args:
        baseline: For r, the share of ID that is rejected.
        ood_share: q, the share of OOD in the traffic, in [0, 1].
        ood_rejected: r_ood, the share of OOD that is rejected, in [0, 1].
    """
    return (1 - ood_share) * baseline.rate + ood_share * ood_rejected


def images_until_alarm(
    baseline: Baseline, rate: float, *, before: int = 0, certainty: float = CERTAINTY
) -> int | None:
    """Return after how many images an alarm by the share rejected has come with that certainty.

    For every length of window: the fewest rejections that are an alarm at its next look, the chance of them
    at the new rate, exactly binomial, and how many windows in a row make the alarm certain enough. The
    shortest of these over all lengths, so that other windows and other signs can only be quicker.

    Args:
        baseline: What the stream is compared with.
        rate: Share of the images that are rejected from now on, in [0, 1].
        before: Images that were watched before the change.
        certainty: Chance that it has come by then, in (0, 1).

    Returns:
        The number, None if it is above ten million.

    Raises:
        InvalidSettingError: If a share is outside its range.

    Example:
        >>> known = Baseline(np.arange(2000.0), 2000, 100, (2000,), ("cat",), 100.0)
        >>> images_until_alarm(known, 0.5), images_until_alarm(known, 0.05)
        (50, None)
    """
    if not 0 <= rate <= 1 or not 0 < certainty < 1:
        raise InvalidSettingError(f"Expected shares from 0 to 1 but got {rate!r} and {certainty!r}.")
    best: int | None = None
    for level in reversed(range(int(np.log2(LONGEST / SHORTEST)) + 1)):
        size = SHORTEST * 2**level
        needed = _needed(baseline, rate, level, -(-before // size), certainty, best)
        offset = -before % size  # until the first window that holds nothing from before
        if needed is not None and (best is None or offset + needed * size < best):
            best = offset + needed * size
    return best


def _needed(
    baseline: Baseline, rate: float, level: int, earlier: int, certainty: float, best: int | None
) -> int | None:
    """Return how many windows of a length in a row make the alarm certain enough; None if too many."""
    from scipy.stats import binom  # takes a second to import

    size = SHORTEST * 2**level
    most = (LONGEST if best is None else best) // size
    wanted, hazard, least = -np.log1p(-certainty), 0.0, 0  # of alarm: minus the log of having missed it
    for number in range(1, most + 1):
        allowed = allowance(Sign.REJECTED, level, earlier + number)
        least = _fewest(baseline, size, allowed, least)
        each = -np.log1p(-min(float(binom.sf(least - 1, size, rate)), 1 - 1e-12))
        if hazard + each * (most - number + 1) < wanted:
            return None  # the allowance shrinks from look to look, and with it the chance
        hazard += each
        if hazard >= wanted:
            return number
    return None


def _fewest(baseline: Baseline, size: int, allowed: float, start: int) -> int:
    """Return the fewest rejections, above the usual, that are an alarm; `size + 1` if none are."""
    low, high = max(start, int(np.ceil(baseline.rate * size))), size + 1
    while low < high:
        middle = (low + high) // 2
        if rejection_p_value(middle, size, baseline) <= allowed:
            high = middle
        else:
            low = middle + 1
    return low
