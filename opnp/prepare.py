"""Compute or load the features of every set and the sensitivity maps."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from opnp._utils.collected_warnings import collect_warnings
from opnp.data.image_set import FeatureSet, ImageSet, require_present
from opnp.data.role import Role
from opnp.devices import best_device
from opnp.errors import CancelledError, InvalidDataError, OpnpError
from opnp.evaluation.splits import Half, Roles, half_of, id_half, role_of
from opnp.experiments.experiment import Experiment, Unused, covers_halves, roles_of
from opnp.features import ExtractionProgress, Skip, StorageError, StoredFeatures
from opnp.features.cache import FeatureCache
from opnp.features.types import Features
from opnp.labels.assign import assign_labels
from opnp.labels.plausibility import label_doubts
from opnp.models import Classifier
from opnp.pruning import Heads
from opnp.sensitivity.cache import SensitivityMaps, sums_of_given, sums_of_images
from opnp.store import Store

Progress = Callable[[str, ExtractionProgress], object]
"""Called with the set's title and where its extraction stands."""


@dataclass(frozen=True)
class Prepared:
    """Features, maps and head of an experiment, in memory on the CPU. Read-only: sessions share it.

    Attributes:
        experiment: What it was made from, with those of its OOD sets that can be used.
        classifier: The model, on the device that was chosen.
        id_test: Features and labels of the ID test set.
        ood: Features of each OOD set, by key.
        maps: The sensitivity maps.
        skipped: Images of each set that could not be read, by key; sets without any are left out.
        notes: What was assumed of the classes, in sentences.
        doubts: What speaks against the labels, in sentences: accuracy near chance, another order that fits.
        unused: The OOD sets that are missing or cannot be used, and why.
        remarks: What was said on the way, as sentences: what was damaged and is extracted again, what could
            not be kept.
        shifted: Features and labels of the covariate-shifted ID sets, by key, where they were asked for.
        heads: Its last layer at every pruning, ranked when it was prepared.
    """

    experiment: Experiment
    classifier: Classifier
    id_test: Features
    ood: Mapping[str, Features]
    maps: SensitivityMaps
    skipped: Mapping[str, tuple[Skip, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    unused: tuple[Unused, ...] = ()
    remarks: tuple[str, ...] = ()
    shifted: Mapping[str, Features] = field(default_factory=dict)
    heads: Heads = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        heads = Heads(self.classifier.weight.cpu().float(), self.maps.weights, self.maps.neurons)
        object.__setattr__(self, "heads", heads)

    @property
    def roles(self) -> Roles:
        """What the images of each OOD set are for, by key."""
        return roles_of(self.experiment.ood)

    def id_rows(self, half: Half | str) -> npt.NDArray[np.int64]:
        """Return the rows of the ID test set that are in a half, ascending."""
        return id_half(len(self.id_test.labels), half)

    def rows_in(self, key: str, half: Half | str) -> npt.NDArray[np.int64]:
        """Return the rows of an OOD set that are in a half, ascending."""
        return half_of(len(self.ood[key].labels), half, role_of(key, self.roles))


def prepare(
    experiment: Experiment,
    store: Store,
    *,
    device: torch.device | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    shifted: bool = False,
) -> Prepared:
    """Load or compute the features and maps of an experiment.

    Everything is keyed by content (weights, images, transform, versions): a second call computes nothing, a
    changed weight or image set computes anew, and what was killed or cancelled goes on from there.

    Args:
        experiment: What to prepare.
        store: Where results live; the features lie in the library of extractions beside it.
        device: Where the backbone runs; the best there is by default.
        progress: Told how far each set is.
        cancel: Set from another thread, it stops after the current step.
        shifted: Whether to prepare the covariate-shifted ID sets too; else they are not looked at.

    Returns:
        Features and maps, on the CPU.

    Raises:
        MissingDataError: If the model, an ID set or every OOD set is not on this machine; nothing is
            computed then. One OOD set that is missing or unusable is left out and said.
        CancelledError: If it was cancelled.
        InvalidDataError: If the ID test set lacks labels, or has one that no logit stands for.
    """
    if not shifted:
        experiment = replace(experiment, shifted=())
    usable, missing = experiment.without_missing()
    if usable.missing():
        require_present(experiment.missing())
    experiment = usable.settled()
    classifier = experiment.classifier().to(device or best_device())
    work = _Preparation(classifier, store, progress, cancel)
    with collect_warnings() as warnings:
        features = work.features(experiment.id_test)
        id_test, notes, doubts = _with_labels(features, experiment, experiment.id_test, work)
        ood, unusable = work.ood(experiment.ood)
        shifted_sets, shifted_notes, unlabelled = work.shifted(experiment)
        maps = work.maps(experiment.id_train)
    return Prepared(
        replace(
            experiment,
            ood=tuple(images for images in experiment.ood if images.key in ood),
            shifted=tuple(images for images in experiment.shifted if images.key in shifted_sets),
        ),
        classifier,
        id_test,
        ood,
        maps,
        work.skipped,
        (*notes, *shifted_notes),
        doubts,
        (*missing, *unusable, *unlabelled),
        tuple(warnings),
        shifted_sets,
    )


@dataclass(frozen=True)
class _Preparation:
    """A preparation in progress: classifier, store, progress, cancellation and skipped images."""

    classifier: Classifier
    store: Store
    progress: Progress | None
    cancel: threading.Event | None
    skipped: dict[str, tuple[Skip, ...]] = field(default_factory=dict)

    def features(self, images: ImageSet) -> Features:
        """Return features (N, D) float32 and labels of a set, in memory."""
        if isinstance(images, FeatureSet):
            return self._given(images)
        return self._extracted(FeatureCache(self.store, self.classifier, images)).load()

    def ood(self, sets: Sequence[ImageSet]) -> tuple[dict[str, Features], tuple[Unused, ...]]:
        """Return the features of the OOD sets that can be used, by key, and the sets that cannot.

        Raises:
            OpnpError: What the first of them says, if nothing is left to tune or to report on.
        """
        usable: dict[str, Features] = {}
        unusable: dict[ImageSet, OpnpError] = {}
        for images in sets:
            try:
                halves = images.role is Role.HALVES
                usable[images.key] = _require_images(self.features(images), images, halves=halves)
            except (CancelledError, StorageError):
                raise
            except OpnpError as error:
                unusable[images] = error
        if not covers_halves(images for images in sets if images.key in usable) and unusable:
            raise next(iter(unusable.values()))
        return usable, tuple(Unused(images.key, images.title, str(e)) for images, e in unusable.items())

    def shifted(
        self, experiment: Experiment
    ) -> tuple[dict[str, Features], tuple[str, ...], tuple[Unused, ...]]:
        """Return the covariate-shifted ID sets that can be used, what was assumed of them, and the others."""
        usable, notes, unusable = dict[str, Features](), list[str](), list[Unused]()
        for images in experiment.shifted:
            try:
                features = _require_images(self.features(images), images, halves=False)
                usable[images.key], assumed, _ = _with_labels(features, experiment, images, self)
                notes += assumed
            except (CancelledError, StorageError):
                raise
            except OpnpError as error:
                unusable.append(Unused(images.key, images.title, str(error)))
        return usable, tuple(notes), tuple(unusable)

    def maps(self, images: ImageSet) -> SensitivityMaps:
        """Return the maps on a set, its features read chunk by chunk."""
        if isinstance(images, FeatureSet):
            sums = sums_of_given(self.store, self.classifier, images, lambda: self._given(images).features)
        else:
            features = FeatureCache(self.store, self.classifier, images)
            sums = sums_of_images(features, lambda: self._extracted(features))
        return SensitivityMaps.of(sums)

    def _extracted(self, features: FeatureCache) -> StoredFeatures:
        self._require_going()
        images = features.images
        report = partial(self.progress, images.title) if self.progress else None
        stored = features.get_or_extract(report=report, cancel=self.cancel)
        if stored.skipped:
            self.skipped[images.key] = stored.skipped
        return stored

    def _given(self, images: FeatureSet) -> Features:
        self._require_going()
        features, labels = images.features()
        width = self.classifier.weight.shape[1]
        if features.shape[1] != width:
            turned = features.shape[1] == len(self.classifier.weight)
            remedy = "Save `head_weight.T`, it is (features, classes)." if turned else "Save what enters it."
            raise InvalidDataError(
                f"Expected the features of {images.title} to have {width} columns, as the last layer has, "
                f"but got {features.shape[1]}. {remedy}"
            )
        if self.progress is not None:
            self.progress(images.title, ExtractionProgress(len(labels), len(labels), 0.0, len(labels)))
        return Features(features, labels)

    def _require_going(self) -> None:
        if self.cancel is not None and self.cancel.is_set():
            raise CancelledError("The preparation was stopped. Start it again to go on from there.")


def _require_images(features: Features, images: ImageSet, *, halves: bool) -> Features:
    """Check that a set has an image, for each half where it is split in two; return its features."""
    count = len(features.labels)
    if count == 1 and halves:
        raise InvalidDataError(
            f"Expected at least 2 images in {images.title} that can be read, one to choose windows on and "
            f"one held out, but got {count}. Add some."
        )
    if not count:
        raise InvalidDataError(
            f"Expected an image in {images.title} that can be read but got none. Add some."
        )
    return features


def _with_labels(
    features: Features, experiment: Experiment, images: ImageSet, work: _Preparation
) -> tuple[Features, tuple[str, ...], tuple[str, ...]]:
    """Return the features of an ID set with its labels as they are today, assumptions and doubts."""
    classifier, skipped = work.classifier, work.skipped.get(images.key, ())
    assigned = assign_labels(experiment, images, classifier.class_names, features.labels, skipped)
    _require_labels(assigned.labels, len(classifier.weight), images.title)
    predicted = functional.linear(features.features, classifier.weight.cpu(), classifier.bias.cpu()).argmax(1)
    doubts = label_doubts(
        assigned.labels.numpy(), predicted.numpy(), classifier.class_names, images.title, assigned.otherwise
    )
    return Features(features.features, assigned.labels), assigned.notes, doubts


def _require_labels(labels: torch.Tensor, classes: int, title: str) -> None:
    wrong = torch.nonzero((labels < 0) | (labels >= classes)).flatten()
    if not len(wrong):
        return
    first, least, most = int(wrong[0]), int(labels.min()), int(labels.max())
    if most < 0:
        raise InvalidDataError(
            f"Expected a label for every image of {title} but it has none. Save `id_test_labels` beside its "
            "features, or write the class behind each path of its list."
        )
    hint = "Choose the data that the model was trained for, with its classes."
    if least >= 1 and most == classes:
        hint = "They begin at 1: take 1 from each, or write the names of the classes instead."
    elif least < 0:
        hint = "A label below 0 means none: take such images out of it."
    raise InvalidDataError(
        f"Expected the labels of {title} to be 0 to {classes - 1}, one for each logit, but image {first} "
        f"has {int(labels[first])}. {hint}"
    )
