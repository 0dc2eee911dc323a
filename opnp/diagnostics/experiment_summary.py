"""Summary of an experiment: model, classes, images and likely mistakes. It extracts nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from opnp.data.image_set import FeatureSet, ImageSet, LabelledImages, Missing
from opnp.data.role import Role
from opnp.diagnostics.duplicates import compare_sets
from opnp.diagnostics.shared_rows import shared_rows
from opnp.errors import OpnpError
from opnp.experiments.experiment import Experiment
from opnp.features import Skip
from opnp.features.cache import FeatureCache
from opnp.features.types import Features
from opnp.labels.assign import assign_labels, joined_classes
from opnp.labels.classes import is_named
from opnp.labels.plausibility import label_doubts
from opnp.models import Classifier
from opnp.store import Store

_FLAT = 0.2


@dataclass(frozen=True)
class SetSummary:
    """Summary of an image set.

    Attributes:
        key: Its key.
        title: Its name for people.
        images: How many there are; None where they cannot be opened.
        classes: For each of its own classes that is one of the model's: its name, the model's, its images
            without those that are known to be skipped.
        left_out: Files that are not used, in words; empty for none.
        skipped: Images that could not be read; None where no features are kept yet, so that nobody knows.
        problem: Why it cannot be used; None if it can.
    """

    key: str
    title: str
    images: int | None = None
    classes: tuple[tuple[str, str, int], ...] = ()
    left_out: str = ""
    skipped: int | None = None
    problem: str | None = None


@dataclass(frozen=True)
class ExperimentSummary:
    """Summary of an experiment.

    Attributes:
        key: Its key.
        title: Its name for people.
        classes: Names of the model's classes; empty where the model cannot be loaded.
        width: Features that enter the last layer.
        sets: ID training, ID test and OOD sets.
        accuracy: Of the unpruned model on ID test, a fraction; None where no features are kept yet.
        notes: What was found of the model, and what was assumed.
        warnings: What looks wrong.
        missing: What is not on this machine.
        problem: Why the model cannot be used; None if it can.
    """

    key: str
    title: str
    classes: tuple[str, ...] = ()
    width: int | None = None
    sets: tuple[SetSummary, ...] = ()
    accuracy: float | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    problem: str | None = None


def summarize(experiment: Experiment, store: Store) -> ExperimentSummary:
    """Summarize an experiment's model, images and cached features.

    The model is loaded and folders are listed; files that two sets may share are read
    (`opnp.diagnostics.duplicates`).
    """
    model, problem = None, None
    try:
        model = None if experiment.classifier_missing() else experiment.classifier()
    except OpnpError as error:
        problem = str(error)
    opened: dict[str, LabelledImages] = {}
    looks = [_look(experiment, images, model, store, opened) for images in experiment.sets]
    notes, warnings = (
        [*experiment.notes, *_protocol_words(experiment)],
        [*compare_sets(experiment, opened).sentences(), *shared_rows(experiment)],
    )
    accuracy = None
    if model is not None:
        notes += [*_model_words(model), *_classes_words(model)]
        warnings = [*model.understood.warnings, *_contrast_words(model), *warnings]
        accuracy, assumptions, doubts = _on_test(experiment, model, store)
        notes += assumptions
        warnings = [*doubts, *warnings]
    return ExperimentSummary(
        experiment.key,
        experiment.title,
        () if model is None else model.class_names,
        None if model is None else int(model.weight.shape[1]),
        tuple(looks),
        accuracy,
        tuple(dict.fromkeys(notes)),
        tuple(dict.fromkeys(warnings)),
        experiment.missing(),
        problem,
    )


def _protocol_words(experiment: Experiment) -> Iterator[str]:
    """Yield which OOD sets are not halved, and how they are grouped."""
    for role, words in ((Role.TUNE, "Only tuned on"), (Role.REPORT, "Only reported on")):
        titles = [images.title for images in experiment.ood if images.role is role]
        if titles:
            yield f"{words}: {', '.join(titles)}."
    for group in dict.fromkeys(images.group for images in experiment.ood if images.group):
        titles = [images.title for images in experiment.ood if images.group == group]
        yield f"Averaged as {group}: {', '.join(titles)}."


def _look(
    experiment: Experiment,
    images: ImageSet,
    model: Classifier | None,
    store: Store,
    opened: dict[str, LabelledImages],
) -> SetSummary:
    missing = images.missing()
    if missing:
        return SetSummary(images.key, images.title, problem=missing[0].what)
    skipped: Sequence[Skip] | None
    try:
        if isinstance(images, FeatureSet):
            count, skipped = len(images.features()[1]), ()
        else:
            opened[images.key] = images.open()
            count = len(opened[images.key])
            stored = None if model is None else FeatureCache(store, model, images).lookup()
            skipped = None if stored is None else stored.skipped
        is_id = images.key in (experiment.id_train.key, experiment.id_test.key)
        classes = _classes(experiment, images, model, skipped or ()) if is_id and model is not None else ()
        known = None if skipped is None else len(skipped)
        return SetSummary(images.key, images.title, count, classes, str(images.left_out()), known)
    except (OpnpError, OSError) as error:
        pictures = opened.get(images.key)
        reason = str(error) if isinstance(error, OpnpError) else "The disk does not give it."
        return SetSummary(
            images.key, images.title, None if pictures is None else len(pictures), problem=reason
        )


def _classes(
    experiment: Experiment, images: ImageSet, model: Classifier, skipped: Sequence[Skip]
) -> tuple[tuple[str, str, int], ...]:
    labels = images.labels()
    if labels is None or not labels.names:
        return ()
    joined = joined_classes(experiment, images, labels, model.class_names)
    counts: Mapping[int, int] = {}
    if labels.values is not None:
        values = np.delete(labels.values, [skip.index for skip in skipped])
        numbers, occurrences = np.unique(values, return_counts=True)
        counts = dict(zip(numbers.tolist(), occurrences.tolist(), strict=True))
    return tuple(
        (name, model.class_names[place], counts.get(number, 0))
        for number, (name, place) in enumerate(zip(labels.names, joined.places, strict=True))
        if 0 <= place < len(model.class_names)
    )


def _classes_words(model: Classifier) -> tuple[str, ...]:
    return () if is_named(model.class_names) else ("The model's classes have no names.",)


def _model_words(model: Classifier) -> tuple[str, ...]:
    """Describe in sentences the findings of the model's split and trial."""
    summary = model.understood
    sentences = [f"The head is the {summary.head}."] if summary.head else []
    if summary.mode:
        how = ", found by trying" if summary.assumed else ""
        sentences.append(
            f"Every picture is taken in {'grey (L)' if summary.mode == 'L' else summary.mode}{how}."
        )
    if summary.head and summary.images:
        sentences.append(f"Split, transform and model were proven on {summary.images} of its own images.")
    return (*sentences, *summary.notes)


def _contrast_words(model: Classifier) -> tuple[str, ...]:
    """Warn if black and white come out of the transform nearly alike."""
    try:
        with torch.no_grad():
            low, high = (model.transform(Image.new("RGB", (64, 64), (v,) * 3)).float() for v in (0, 255))
    except Exception:  # noqa: BLE001 - somebody's transform; features alone have none
        return ()
    span = float((high - low).abs().max()) if low.shape == high.shape else 1.0
    if span >= _FLAT:
        return ()
    return (f"Black and white differ by {span:.2g} after the transform: mean and std look like 0 to 255.",)


def _on_test(
    experiment: Experiment, model: Classifier, store: Store
) -> tuple[float | None, tuple[str, ...], tuple[str, ...]]:
    """Return the unpruned model's accuracy where its features are cached, assumptions, and warnings."""
    images = experiment.id_test
    try:
        if images.missing():
            return None, (), ()
        features, skipped = _kept(images, model, store)
        if features is None:
            return None, _assumed(experiment, images, model), ()
        assigned = assign_labels(experiment, images, model.class_names, features.labels, skipped)
    except OpnpError as error:
        return None, (), (str(error),)
    labels = assigned.labels.numpy()
    predicted = functional.linear(features.features, model.weight, model.bias).argmax(1).numpy()
    if len(labels) == 0 or labels.min() < 0 or labels.max() >= len(model.class_names):
        return (
            None,
            assigned.notes,
            (f"The labels of {images.title} are not 0 to {len(model.class_names) - 1}.",),
        )
    doubts = label_doubts(labels, predicted, model.class_names, images.title, assigned.otherwise)
    return float((labels == predicted).mean()), assigned.notes, doubts


def _kept(images: ImageSet, model: Classifier, store: Store) -> tuple[Features | None, tuple[Skip, ...]]:
    if isinstance(images, FeatureSet):
        return Features(*images.features()), ()
    stored = FeatureCache(store, model, images).lookup()
    return (None, ()) if stored is None else (stored.load(), stored.skipped)


def _assumed(experiment: Experiment, images: ImageSet, model: Classifier) -> tuple[str, ...]:
    labels = images.labels()
    return (
        ()
        if labels is None or not labels.names
        else joined_classes(experiment, images, labels, model.class_names).notes
    )
