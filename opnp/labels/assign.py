"""Logit of each image of an experiment's ID sets, from the set's labels joined with the model by name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from opnp.data.image_set import NO_LABEL, ImageSet, Labels
from opnp.errors import InvalidDataError, OpnpError
from opnp.experiments.experiment import Experiment
from opnp.features.loader import Skip
from opnp.labels.classes import ClassJoin, join_classes
from opnp.labels.numeric_labels import numeric_labels
from opnp.labels.plausibility import OtherLabels


@dataclass(frozen=True)
class AssignedLabels:
    """Labels of a set's images.

    Attributes:
        labels: (N,) int64, the number of a logit; -1 where there is none.
        notes: What was assumed to join the classes, in sentences.
        otherwise: The labels in another order of the classes that may be meant.
    """

    labels: torch.Tensor
    notes: tuple[str, ...] = ()
    otherwise: OtherLabels | None = None


def assign_labels(
    experiment: Experiment,
    images: ImageSet,
    model: Sequence[str],
    beside: torch.Tensor,
    skipped: Sequence[Skip] = (),
) -> AssignedLabels:
    """Return the labels of the images that have features.

    Args:
        experiment: The one that the set is of.
        images: Its ID training or test set.
        model: Names of the model's classes, in the order of the logits.
        beside: (N,) labels that stand beside the features.
        skipped: Images that have no features.

    Raises:
        InvalidDataError: If the classes cannot be joined with the model's, or the set has changed since its
            features were made.
    """
    declared = images.labels() or Labels(None)
    values = beside.numpy()
    if declared.values is not None:
        values = np.delete(declared.values, [skip.index for skip in skipped])
    if len(values) != len(beside):
        raise InvalidDataError(
            f"Expected labels of {len(beside):,} images of {images.title} but got {len(values):,}: it has "
            "changed meanwhile. Start again."
        )
    if not declared.names or int(values.max(initial=NO_LABEL)) >= len(declared.names):
        numbers, notes, alternative = numeric_labels(values, model, images.title, texts=declared.texts)
        return AssignedLabels(torch.from_numpy(numbers), notes, alternative)
    _require_numbered(values, images.title)
    joined = joined_classes(experiment, images, declared, model)
    labels, order = torch.from_numpy(_placed(joined.places, values)), joined.otherwise
    if order is None:
        return AssignedLabels(labels, joined.notes)
    otherwise = OtherLabels(_placed(order.places(declared.names), values), order.words, order.remedy)
    return AssignedLabels(labels, joined.notes, otherwise)


def _require_numbered(values: npt.NDArray[np.int64], title: str) -> None:
    """Check that no label is below -1, which would count from the end."""
    wrong = np.flatnonzero(values < NO_LABEL)
    if wrong.size:
        raise InvalidDataError(
            f"Expected the labels of {title} to number its classes from 0, or to be -1 for none, but image "
            f"{wrong[0]} has {values[wrong[0]]}. Take such images out of it."
        )


def _placed(places: Sequence[int], values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    every: npt.NDArray[np.int64] = np.array([*places, NO_LABEL])  # (classes + 1,); a label of -1 stays one
    return every[values]


def joined_classes(
    experiment: Experiment, images: ImageSet, labels: Labels, model: Sequence[str]
) -> ClassJoin:
    """Return the logit of each class of an ID set, by the other ID set's names where its own do not match.

    Raises:
        InvalidDataError: If they cannot be joined.
    """
    filled = with_images(labels)
    every, filled_sister = set[str](), set[str]()
    for sister in (experiment.id_train, experiment.id_test):
        if sister.key != images.key and not labels.ordered:
            sister_labels = _labels_of(sister)
            every |= set(sister_labels.names)
            filled_sister |= with_images(sister_labels)
    return join_classes(
        labels.names,
        model,
        title=images.title,
        ordered=labels.ordered,
        every=every,
        filled=filled | filled_sister,
    )


def with_images(labels: Labels) -> set[str]:
    """Return the names of the classes that have an image."""
    if labels.values is None:
        return set(labels.names)
    return {labels.names[number] for number in np.unique(labels.values) if 0 <= number < len(labels.names)}


def _labels_of(images: ImageSet) -> Labels:
    """Return the other set's labels, where it has names in no declared order; else none."""
    try:
        labels = None if images.missing() else images.labels()
    except OpnpError:
        labels = None
    return Labels(None) if labels is None or labels.ordered else labels
