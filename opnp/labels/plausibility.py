"""Plausibility check of labels by the model's predictions: near chance, shifted, in another order."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from opnp.labels.classes import is_named

Ints = npt.NDArray[np.int64]

_FEWEST = 10
_BETTER = 0.25
"""By how much another order has to fit better, as a share of the images."""
_ALIKE = 0.1
"""A shift that fits nearly as well as any other order is the plainer reason."""


_CLEARLY = 0.05
"""And a known other order, where that is more than three standard deviations of chance."""


@dataclass(frozen=True, eq=False)
class OtherLabels:
    """Labels under another, known order of the classes.

    Attributes:
        labels: (N,) numbers of logits.
        words: What the order is.
        remedy: What to do for it, as a clause.
    """

    labels: Ints
    words: str
    remedy: str


def label_doubts(
    labels: Ints,
    predicted: Ints,
    names: tuple[str, ...],
    title: str,
    otherwise: OtherLabels | None = None,
) -> tuple[str, ...]:
    """Return doubts about the labels of an ID test set, given the unpruned model's predictions.

    Another order of the classes is learned on every second image and judged on the others, so that it does
    not fit by chance.

    Args:
        labels: (N,) numbers of logits.
        predicted: (N,) what the model says.
        names: Of the model's C classes.
        title: Of the set.
        otherwise: An order that the classes are as likely to be meant in.

    Returns:
        Warnings in sentences; none where nothing is odd.

    Example:
        >>> right = np.arange(40) % 4
        >>> label_doubts(right, right, ("a", "b", "c", "d"), "ID test")
        ()
    """
    classes, count = len(names), len(labels)
    if classes < 2 or count < _FEWEST:
        return ()
    accuracy = float((predicted == labels).mean())
    finding = f"ID accuracy of the unpruned model on {title} is {100 * accuracy:.1f} %"
    order = _best_order(labels[::2], predicted[::2], classes)
    covered = np.isin(labels[1::2], labels[::2])
    held, predictions = labels[1::2][covered], predicted[1::2][covered]
    reordered = float((predictions == order[held]).mean()) if len(held) else 0.0
    if otherwise is not None and _fits_better(otherwise.labels, labels, predicted):
        fits = float((predicted == otherwise.labels).mean())
        if fits >= reordered - _ALIKE:
            moved = f"{100 * fits:.1f} % with the classes {otherwise.words}"
            return (f"{finding}, but {moved}: {otherwise.remedy}.",)
    for shift in (-1, 1):
        fits = float((predicted == labels + shift).mean())
        if fits >= max(accuracy + _BETTER, reordered - _ALIKE):
            moved = f"{100 * fits:.1f} % with {shift:+d} added to each label"
            how = "begin at 1 where 0 was expected" if shift < 0 else "be one too low"
            return (f"{finding}, but {moved}: they seem to {how}.",)
    if len(held) and reordered >= float((predictions == held).mean()) + _BETTER:
        first = int(np.flatnonzero(order != np.arange(classes))[0])
        example = f"{_name(first, names)} is mostly taken for {_name(int(order[first]), names)}"
        moved = f"{100 * reordered:.1f} % with the classes in another order ({example})"
        return (f"{finding}, but {moved}: give `classes` in the order of the logits.",)
    chance = 1 / classes
    if accuracy <= chance + 2 * (chance * (1 - chance) / count) ** 0.5:
        return (f"{finding}, no better than guessing among {classes:,} classes: check labels and transform.",)
    return ()


def _fits_better(reordered: Ints, labels: Ints, predicted: Ints) -> bool:
    gained = int(((predicted == reordered) & (reordered != labels)).sum())
    lost = int(((predicted == labels) & (reordered != labels)).sum())
    return bool(gained - lost > max(_CLEARLY * len(labels), 3 * np.sqrt(gained + lost)))


def _best_order(labels: Ints, predicted: Ints, classes: int) -> Ints:
    """Return the (C,) logit that fits each label best, one to one."""
    table = np.zeros((classes, classes))
    np.add.at(table, (labels, predicted), 1)
    np.fill_diagonal(table, table.diagonal() + 0.5)  # of equals, the order as it is
    order: Ints = linear_sum_assignment(-table)[1]
    return order


def _name(number: int, names: tuple[str, ...]) -> str:
    return repr(names[number]) if is_named(names) else f"class {number}"
