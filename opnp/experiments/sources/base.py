"""Interfaces of the sources of classifiers and of images."""

from abc import ABC, abstractmethod

from opnp.data.image_set import LabelledImages, Labels, Missing, UnusedFiles
from opnp.experiments.sources.table_location import Place
from opnp.models import Classifier


class ClassifierSource(ABC):
    """A table `[classifier]`."""

    @abstractmethod
    def load(self, place: Place) -> Classifier:
        """Load the classifier, split and checked.

        Raises:
            OpnpError: If it cannot be had; the message says why and what to do.
        """

    def missing(self, place: Place) -> tuple[Missing, ...]:  # noqa: ARG002
        """Return the parts that are not on this machine; loads nothing."""
        return ()

    def fetch(self, place: Place) -> None:  # noqa: B027 - most have nothing to download
        """Download everything that can be downloaded."""


class ImageSource(ABC):
    """A table `[id.train]`, `[id.test]` or `[[ood]]`."""

    @abstractmethod
    def open(self, place: Place) -> LabelledImages:
        """Open the images.

        Raises:
            OpnpError: If they cannot be had; the message says why and what to do.
        """

    @abstractmethod
    def identity(self, place: Place) -> str:
        """Return the identity of the images for cache keys; cheap, no image is decoded."""

    def labels(self, place: Place) -> Labels | None:  # noqa: ARG002
        """Return the source's own classes; None where the labels that come with its images are right.

        Raises:
            OpnpError: If they cannot be had.
        """
        return None

    def left_out(self, place: Place) -> UnusedFiles:  # noqa: ARG002
        """Return the files of the source that are not used."""
        return UnusedFiles()

    def missing(self, place: Place) -> tuple[Missing, ...]:  # noqa: ARG002
        """Return the parts that are not on this machine; opens nothing."""
        return ()

    def fetch(self, place: Place) -> None:  # noqa: B027 - most have nothing to download
        """Download everything that can be downloaded."""
