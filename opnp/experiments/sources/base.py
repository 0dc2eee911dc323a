"""What every source of classifiers and every source of images can do."""

from abc import ABC, abstractmethod

from opnp.data.image_set import LabelledImages, Labels, Missing, UnusedFiles
from opnp.experiments.sources.table_location import Place
from opnp.models import Classifier


class ClassifierSource(ABC):
    """A table `[classifier]`."""

    @abstractmethod
    def load(self, place: Place) -> Classifier:
        """The classifier, split and checked.

        Raises:
            OpnpError: If it cannot be had; the message says why and what to do.
        """

    def missing(self, place: Place) -> tuple[Missing, ...]:  # noqa: ARG002
        """What is not on this machine; loads nothing."""
        return ()

    def fetch(self, place: Place) -> None:  # noqa: B027 - most have nothing to download
        """Download what can be downloaded."""


class ImageSource(ABC):
    """A table `[id.train]`, `[id.test]` or `[[ood]]`."""

    @abstractmethod
    def open(self, place: Place) -> LabelledImages:
        """The images.

        Raises:
            OpnpError: If they cannot be had; the message says why and what to do.
        """

    @abstractmethod
    def identity(self, place: Place) -> str:
        """Which images these are, for cache keys; cheap, no image is decoded."""

    def labels(self, place: Place) -> Labels | None:  # noqa: ARG002
        """The classes as the source tells them; None where those that its images come with are right.

        Raises:
            OpnpError: If they cannot be had.
        """
        return None

    def left_out(self, place: Place) -> UnusedFiles:  # noqa: ARG002
        """Which of its files are not used."""
        return UnusedFiles()

    def missing(self, place: Place) -> tuple[Missing, ...]:  # noqa: ARG002
        """What is not on this machine; opens nothing."""
        return ()

    def fetch(self, place: Place) -> None:  # noqa: B027 - most have nothing to download
        """Download what can be downloaded."""
