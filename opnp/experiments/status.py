"""Look up what of an experiment is on this machine: computed already, or missing. Nothing is computed."""

from dataclasses import dataclass

from opnp.data.image_set import FeatureSet, Missing
from opnp.errors import OpnpError
from opnp.experiments.experiment import Experiment
from opnp.features.library import extracted_sets, library_in
from opnp.sensitivity.cache import are_sums_cached
from opnp.store import Store


@dataclass(frozen=True)
class ExperimentStatus:
    """Parts of an experiment that are computed, and those that are missing.

    Attributes:
        classes: Number of classes; None where the model cannot be loaded.
        features: Keys of the sets whose features are kept for this model, or came as features.
        maps: Whether the sensitivity maps are.
        missing: What is not on this machine, and how to get it.
        problem: Why the model or a set cannot be used although it is here; None if it can.
        blocked: Whether the experiment cannot be explored for what is missing; one OOD set does not block it.
    """

    classes: int | None = None
    features: tuple[str, ...] = ()
    maps: bool = False
    missing: tuple[Missing, ...] = ()
    problem: str | None = None
    blocked: bool = False


def experiment_status(experiment: Experiment, store: Store) -> ExperimentStatus:
    """Look up which of the features and maps that `opnp.prepare.prepare` needs are in a store.

    The model is loaded, since what is kept is named by its weights; but not where something is missing.
    """
    missing = experiment.missing()
    if missing:
        experiment, _ = experiment.without_missing()
        if experiment.missing():
            return ExperimentStatus(missing=missing, blocked=True)
    try:
        classifier = experiment.classifier()
        experiment = experiment.settled()
        identities = {images.key: images.identity() for images in experiment.sets}
    except OpnpError as error:
        return ExperimentStatus(problem=str(error), missing=missing)
    extracted = extracted_sets(library_in(store.directory), classifier)
    return ExperimentStatus(
        classes=len(classifier.class_names),
        features=tuple(
            images.key
            for images in experiment.sets
            if isinstance(images, FeatureSet) or identities[images.key] in extracted.values()
        ),
        maps=are_sums_cached(store, classifier, experiment.id_train, extracted),
        missing=missing,
    )
