"""Assignment of numeric labels for a model whose classes are named by numbers other than their logits'."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from opnp.labels.plausibility import OtherLabels

Ints = npt.NDArray[np.int64]


def numeric_labels(
    values: Ints, model: Sequence[str], title: str, *, texts: bool
) -> tuple[Ints, tuple[str, ...], OtherLabels | None]:
    """Return the logit of each image whose label is a number.

    A number stands for a logit, unless it is written as text, or there is no such logit, and it is the name
    of a class.

    Args:
        values: (N,) numbers as they are written.
        model: Names of the model's classes, in the order of the logits.
        title: Of the set, for sentences.
        texts: Whether the numbers are written as text.

    Returns:
        (N,) numbers of logits; what there is to say; and the labels by name, where that may be meant as well.

    Example:
        >>> numeric_labels(np.array([1, 2, 3]), ("1", "2", "3"), "ID test", texts=False)[:2]
        (array([0, 1, 2]), ("In ID test, the labels are names of the model's classes: 1 for logit 0.",))
    """
    places = _places(model)
    if not len(values) or not set(np.unique(values).tolist()) <= set(places):
        return values, (), None
    named = np.array([places[value] for value in values.tolist()], dtype=np.int64)
    if np.array_equal(named, values):
        return values, (), None
    first = int(values[0])
    if texts or int(values.max()) >= len(model):
        note = f"In {title}, the labels are names of the model's classes: {first} for logit {places[first]}."
        return named, (note,), None
    note = f"In {title}, the labels are numbers and stand for the logits: {first} for {model[first]!r}."
    remedy = "write the place of each label in `classes`, counted from 0"
    return values, (note,), OtherLabels(named, "called by these numbers", remedy)


def _places(model: Sequence[str]) -> dict[int, int]:
    """Return the logit of each class by the number in its name; empty unless all are numbers."""
    if not all(name.isascii() and name.isdecimal() for name in model):
        return {}
    places = {int(name): place for place, name in enumerate(model)}
    return places if len(places) == len(model) else {}
