"""An experiment: a classifier, its ID training and test images, and named OOD sets."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from opnp.datasets import ImageSet
from opnp.errors import InvalidSettingError
from opnp.models import Classifier


@dataclass(frozen=True)
class ExampleImage:
    """A picture to try when none is at hand.

    Attributes:
        key: Short name.
        title: What it shows.
        in_distribution: Whether it is of the classes that the model was trained on.
        image: The picture as a visitor would upload it.
    """

    key: str
    title: str
    in_distribution: bool
    image: Image.Image


@dataclass(frozen=True)
class Experiment:
    """Everything that one dashboard explores. Nothing is loaded before it is asked for.

    Attributes:
        key: Short name for URLs and the command line.
        title: Name for people.
        description: One sentence: which model, which data.
        classifier: Loads the model.
        id_train: ID training images, for the sensitivity maps.
        id_test: ID test images with labels, for thresholds, accuracy and calibration.
        ood: The OOD sets, in the order of display.
        examples: Loads a few pictures to try.
    """

    key: str
    title: str
    description: str
    classifier: Callable[[], Classifier]
    id_train: ImageSet
    id_test: ImageSet
    ood: tuple[ImageSet, ...]
    examples: Callable[[], list[ExampleImage]]


def list_experiments() -> tuple[Experiment, ...]:
    """Every experiment that this machine can run, the default one first."""
    from opnp.embedded.experiments import embedded_experiments

    return embedded_experiments()


def load_experiment(key: str) -> Experiment:
    """The experiment with that key.

    Raises:
        InvalidSettingError: If there is none; the message lists those that there are.
    """
    experiments = {experiment.key: experiment for experiment in list_experiments()}
    if key not in experiments:
        raise InvalidSettingError(
            f"Expected `experiment` to be one of {', '.join(map(repr, experiments))} but got {key!r}."
        )
    return experiments[key]
