"""Experiment: a classifier, its ID training and test images, and named OOD sets."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from PIL import Image

from opnp.data.image_set import FeatureSet, ImageSet, Missing, nothing_missing
from opnp.data.role import Role
from opnp.errors import OpnpError
from opnp.experiments.titles import titles_of
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
class Unused:
    """An OOD set or a shifted ID set that an experiment does without.

    Attributes:
        key: The set's.
        title: Its name for people.
        reason: Why, and what to do, in sentences.
    """

    key: str
    title: str
    reason: str


def no_examples() -> list[ExampleImage]:
    """Return no pictures to try, for an experiment that has none."""
    return []


def nothing_to_fetch() -> None:
    """Do nothing: for an experiment that cannot download anything by itself."""


def never_changed() -> str:
    """Return the state of an experiment that comes with the package."""
    return ""


@dataclass(frozen=True)
class Experiment:
    """Model and image sets that one dashboard explores. Nothing is loaded before it is asked for.

    Attributes:
        key: Short name for URLs and the command line.
        title: Name for people.
        description: One sentence: which model, which data.
        classifier: Loads the model.
        id_train: ID training images, for the sensitivity maps.
        id_test: ID test images with labels, for thresholds, accuracy and calibration.
        ood: The OOD sets, in the order of display.
        examples: Loads a few pictures to try.
        classifier_missing: Says without loading it what of the model is not on this machine.
        fetch: Downloads what of it can be downloaded; only ever called when a person asks for it.
        state: Another text once a file that it names has changed; cheap, for what is kept of it meanwhile.
        notes: What was assumed when its file was read, in sentences.
        problem: Why its file cannot be used, whatever is on this machine; None if it can.
        shifted: Covariate-shifted ID test sets with labels, for full-spectrum figures.
    """

    key: str
    title: str
    description: str
    classifier: Callable[[], Classifier]
    id_train: ImageSet
    id_test: ImageSet
    ood: tuple[ImageSet, ...]
    examples: Callable[[], list[ExampleImage]] = no_examples
    classifier_missing: Callable[[], tuple[Missing, ...]] = nothing_missing
    fetch: Callable[[], None] = nothing_to_fetch
    state: Callable[[], str] = never_changed
    notes: tuple[str, ...] = ()
    problem: str | None = None
    shifted: tuple[ImageSet, ...] = ()

    @property
    def sets(self) -> tuple[ImageSet, ...]:
        """Image sets: ID training, ID test, the OOD sets, then the shifted ID sets."""
        return (self.id_train, self.id_test, *self.ood, *self.shifted)

    @property
    def titles(self) -> dict[str, str]:
        """Titles of all its sets by key; OOD sets of one title are told apart by their keys."""
        return {images.key: images.title for images in self.sets} | titles_of(self.ood)

    @property
    def accepts_images(self) -> bool:
        """True if the model can look at new images; False where only features are at hand."""
        return not isinstance(self.id_train, FeatureSet)

    def missing(self) -> tuple[Missing, ...]:
        """Return what it needs that is not on this machine or does not exist, each once. Loads nothing."""
        looks = (self.classifier_missing, *(images.missing for images in self.sets))
        return tuple(dict.fromkeys(_missing(looks)))

    def at_hand(self) -> bool:
        """Return whether it can be explored: model, ID sets, an OOD set to tune on and one to report on.

        Images are looked at first: to name a model's weights may take importing torchvision.
        """
        looks = (self.id_train.missing, self.id_test.missing, self.classifier_missing)
        here = (images for images in self.ood if next(_missing([images.missing]), None) is None)
        return covers_halves(here) and next(_missing(looks), None) is None

    def blocking(self) -> tuple[Missing, ...]:
        """Return what keeps it from being explored: of the OOD sets nothing, unless too few are here."""
        return self.without_missing()[0].missing()

    def without_missing(self) -> "tuple[Experiment, tuple[Unused, ...]]":
        """Return the experiment without the OOD and shifted sets that are not here, and those.

        It is whole where the OOD sets that are here leave nothing to tune on, or nothing to report on.
        """
        optional = (*self.ood, *self.shifted)
        lacking = {images.key: tuple(_missing([images.missing])) for images in optional}
        ood, shifted = (
            tuple(images for images in sets if not lacking[images.key]) for sets in (self.ood, self.shifted)
        )
        if not covers_halves(ood):
            return self, ()
        unused = (
            Unused(images.key, images.title, " ".join(map(str, things)))
            for images in optional
            if (things := lacking[images.key])
        )
        return replace(self, ood=ood, shifted=shifted), tuple(unused)

    def settled(self) -> "Experiment":
        """Return the experiment with cached identities of its sets: to list a large folder takes seconds."""
        id_train, id_test, *others = (
            replace(images, identity=cache(images.identity)) for images in self.sets
        )
        ood, shifted = tuple(others[: len(self.ood)]), tuple(others[len(self.ood) :])
        return replace(self, id_train=id_train, id_test=id_test, ood=ood, shifted=shifted)


def roles_of(ood: Iterable[ImageSet]) -> dict[str, Role]:
    """Return what the images of each OOD set are for, by key."""
    return {images.key: images.role for images in ood}


def groups_of(ood: Sequence[ImageSet], keys: Container[str]) -> dict[str, list[str]]:
    """Return those of the OOD sets with these keys that are in a group, by its name, in their order."""
    names = dict.fromkeys(images.group for images in ood if images.group)
    members = {
        name: [images.key for images in ood if images.group == name and images.key in keys] for name in names
    }
    return {name: group for name, group in members.items() if group}


def covers_halves(ood: Iterable[ImageSet]) -> bool:
    """Return whether OOD sets leave images to tune on and images to report on."""
    roles = {images.role for images in ood}
    return Role.HALVES in roles or roles >= {Role.TUNE, Role.REPORT}


def _missing(looks: Iterable[Callable[[], tuple[Missing, ...]]]) -> Iterator[Missing]:
    for look in looks:
        try:
            yield from look()
        except OpnpError as error:  # a name in the file that does not exist
            yield Missing(str(error))
