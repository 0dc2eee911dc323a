"""Whether held-out images agree with what a rule promised of them."""

from collections.abc import Iterator
from enum import IntEnum

from opnp.threshold.limit_ood import limited
from opnp.threshold.outcome import Outcome, Proportion
from opnp.threshold.rules import AcceptAndLimit, AcceptId, LimitOod, Rule


class Kept(IntEnum):
    """How a measured share stands to the promised one; the larger, the worse."""

    YES = 0
    """On the right side of it."""

    CHANCE = 1
    """On the wrong side, by no more than its 95 % interval."""

    NO = 2
    """On the wrong side with its whole interval."""


def how_kept(rule: Rule, held_out: Outcome) -> Kept:
    """Compare every share that a rule limits with the one on held-out images, and return the worst.

    Args:
        rule: With the shares that it wants.
        held_out: What its threshold does on images that did not choose it.

    Returns:
        `Kept.YES` of a rule that limits none.

    Example:
        >>> held = Outcome(1.0, Proportion(940, 1000), {}, Proportion(1, 1), Proportion(1, 1))
        >>> [how_kept(AcceptId(share), held).name for share in (0.9, 0.95, 0.99)]
        ['YES', 'CHANCE', 'NO']
    """
    return max(_each(rule, held_out), default=Kept.YES)


def _each(rule: Rule, held_out: Outcome) -> Iterator[Kept]:
    if isinstance(rule, AcceptId | AcceptAndLimit):
        part = held_out.id_accepted
        yield _grade(part, ok=part.value >= rule.tpr, near=part.interval.high >= rule.tpr)
    if isinstance(rule, LimitOod | AcceptAndLimit):
        for key, most in limited(rule.most).items():
            part = held_out.ood_accepted.get(key, Proportion(0, 0))
            yield _grade(part, ok=part.value <= most, near=part.interval.low <= most)


def _grade(part: Proportion, *, ok: bool, near: bool) -> Kept:
    if ok or not part.count:
        return Kept.YES
    return Kept.CHANCE if near else Kept.NO
