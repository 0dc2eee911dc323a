"""Named image sets that are opened only when their pixels are needed."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from opnp.data.role import Role
from opnp.errors import InvalidDataError, MissingDataError

NO_LABEL = -1


class LabelledImages(Protocol):
    """A map-style data set of (PIL image, label); the label is -1 where there is none."""

    def __len__(self) -> int:
        """Return the number of images."""

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        """Return one image and its label."""


@dataclass(frozen=True, eq=False)
class ArrayImages:
    """Images in memory, as arrays.

    Attributes:
        pixels: (N, H, W) grey or (N, H, W, 3) RGB, uint8.
        labels: (N,) int64, or None for no labels.

    Raises:
        InvalidDataError: If a shape or a dtype is another.
    """

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        if self.pixels.dtype != np.uint8 or not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)):
            raise InvalidDataError(
                "Expected `pixels` to be uint8 of shape (N, H, W) or (N, H, W, 3) "
                f"but got {self.pixels.dtype} {shape}. Scale to 0..255 and put the channels last."
            )
        if self.labels is None:
            return
        if self.labels.shape != shape[:1] or not np.issubdtype(self.labels.dtype, np.integer):
            raise InvalidDataError(
                f"Expected `labels` to be {shape[0]} whole numbers, one for each image, "
                f"but got {self.labels.dtype} {self.labels.shape}. Pass class indices, or None for no labels."
            )

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        label = NO_LABEL if self.labels is None else int(self.labels[index])
        return Image.fromarray(self.pixels[index]), label


@dataclass(frozen=True)
class Missing:
    """Data or weights that are not on this machine.

    Attributes:
        what: What was expected and is not there, in a sentence without paths of the machine.
        remedy: The one command or link that gets it, in a sentence; empty where `what` says what to do.
    """

    what: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return the problem and its remedy as one text."""
        return f"{self.what} {self.remedy}".strip()


def nothing_missing() -> tuple[Missing, ...]:
    """Return no missing data: for a set or model that needs none, or cannot tell before it is loaded."""
    return ()


def require_present(missing: Iterable[Missing]) -> None:
    """Check that nothing is missing.

    Raises:
        MissingDataError: If something is, in the words of `missing`.
    """
    sentences = " ".join(map(str, missing))
    if sentences:
        raise MissingDataError(sentences)


@dataclass(frozen=True, eq=False)
class Labels:
    """Class of each image of a set, as the set itself records it.

    Attributes:
        values: (N,) int64, one for each image in its order, -1 where there is none; or None where those that
            stand beside the features are right.
        names: Names of the set's own classes, by label, also of those without an image; empty where labels
            are the model's own numbers.
        ordered: Whether somebody put the names in the order of the logits; else they are sorted.
        texts: Whether labels that are numbers are written as text.
    """

    values: npt.NDArray[np.int64] | None
    names: tuple[str, ...] = ()
    ordered: bool = False
    texts: bool = False


def labels_beside_features() -> Labels | None:
    """Return no labels of the set's own: they come with its images and are the model's."""
    return None


@dataclass(frozen=True)
class UnusedFiles:
    """Files of a set that are not used.

    Attributes:
        counts: How many, by their suffix or by the reason.
        surprising: Whether a person would have thought some of them to be images of the set.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    surprising: bool = False

    def __str__(self) -> str:
        """Return the counts in words: "3 .ico, 1 .txt"."""
        return ", ".join(f"{count:,} {what}" for what, count in self.counts.items())


def nothing_left_out() -> UnusedFiles:
    """Return no unused files."""
    return UnusedFiles()


@dataclass(frozen=True)
class ImageSet:
    """A named set of images.

    Attributes:
        key: Short name for URLs and files, for example "mnist".
        title: Name for people.
        description: One sentence on what it shows.
        identity: Says in a cache key which images these are; cheap, without decoding them.
        open: Gives the images.
        missing: Says without opening it what of it is not on this machine.
        labels: Tells the classes without decoding an image; features are not computed anew when it changes.
        left_out: Says which of its files are not used.
        role: Of an OOD set, what its images are for.
        group: Of an OOD set, those that it is averaged with beside all sets, for example "near"; "" for none.
    """

    key: str
    title: str
    description: str
    identity: Callable[[], str]
    open: Callable[[], LabelledImages]
    missing: Callable[[], tuple[Missing, ...]] = nothing_missing
    labels: Callable[[], Labels | None] = labels_beside_features
    left_out: Callable[[], UnusedFiles] = nothing_left_out
    role: Role = Role.HALVES
    group: str = ""


def _no_images() -> LabelledImages:
    raise InvalidDataError(
        "Expected images but this set holds only their features. Use an experiment with images."
    )


@dataclass(frozen=True)
class FeatureSet(ImageSet):
    """A named set with features alone, from whatever framework; it cannot be opened.

    Attributes:
        features: Gives features (N, D) float32 and labels (N,) int64, -1 where there is none.
    """

    open: Callable[[], LabelledImages] = _no_images
    features: Callable[[], tuple[torch.Tensor, torch.Tensor]] = field(kw_only=True)


def content_identity(*parts: bytes | str) -> str:
    """Return a SHA-256 over `parts`, each preceded by its length so that no two lists of parts collide."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="surrogateescape") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()
