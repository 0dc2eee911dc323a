"""Description of a post-hoc method, from which widgets, options and documentation are generated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import torch
from torch.nn import functional

Values = Mapping[str, float]
"""A method's parameters by key."""

Rectify = Callable[[torch.Tensor], torch.Tensor]
"""(n, D) features to (n, D) features, each row by itself; the input is left as it is."""

Rate = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(n, D) features and their (n, C) logits to (n,) scores; a higher score is more in-distribution."""


@dataclass(frozen=True)
class NotedRate:
    """Score of images with what is to be known of its figures.

    Attributes:
        rate: The score.
        note: A sentence, or several.
    """

    rate: Rate
    note: str

    def __call__(self, features: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        """Return the score."""
        return self.rate(features, logits)


class Need(StrEnum):
    """Input that a method needs beside the last layer."""

    NON_NEGATIVE = "features that are never negative, as after a ReLU"
    """Sums and shares of features mean nothing otherwise."""

    TRAINING = "features of the ID training images"
    """To fit to."""

    LABELS = "labels of the ID training images"
    """To tell the classes apart."""


@dataclass(frozen=True)
class Paper:
    """The paper that introduces a method.

    Attributes:
        authors: The first, "et al." if there are more.
        title: Of the paper.
        venue: Where it appeared, with the year.
        link: Where it can be read.
    """

    authors: str
    title: str
    venue: str
    link: str


def arxiv(number: str) -> str:
    """Return the link to a paper on arXiv.

    Example:
        >>> arxiv("2402.10062")
        'https://arxiv.org/abs/2402.10062'
    """
    return f"https://arxiv.org/abs/{number}"


@dataclass(frozen=True)
class Parameter:
    """A numeric parameter of a method.

    Attributes:
        key: Short name for options.
        title: Name for people.
        default: What the paper recommends.
        low: Smallest value.
        high: Largest value.
        step: Of a widget.
        says: One sentence on what it does.
        published: Values that others use, each with where.
    """

    key: str
    title: str
    default: float
    low: float
    high: float
    step: float
    says: str
    published: tuple[tuple[float, str], ...] = ()

    @property
    def whole(self) -> bool:
        """True if the parameter is a count or moves in whole steps."""
        return float(self.step).is_integer() and float(self.low).is_integer()


@dataclass(frozen=True)
class Head:
    """A last layer, pruned or not.

    Attributes:
        weight: (C, D) float32.
        bias: (C,) float32.
    """

    weight: torch.Tensor
    bias: torch.Tensor

    def logits(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (n, C) of (n, D) features."""
        return functional.linear(features, self.weight, self.bias)


@dataclass(frozen=True)
class Known:
    """ID training samples as a method sees them: rectified, pruned neurons at zero.

    Attributes:
        features: (N, D) float32.
        labels: (N,) int64, -1 where there is none.
        head: The last layer that makes their logits.
    """

    features: torch.Tensor
    labels: torch.Tensor
    head: Head

    @cached_property
    def logits(self) -> torch.Tensor:
        """(N, C), computed when first asked for."""
        return self.head.logits(self.features)


@dataclass(frozen=True)
class MethodDescription:
    """Description that every kind of method has.

    Attributes:
        key: Short name for links and the command line.
        title: The field's name for it.
        says: One sentence on what it does.
        paper: Where it comes from.
        needs: What it cannot do without.
        parameters: What it has to be given.
    """

    key: str
    title: str
    says: str
    paper: Paper
    needs: frozenset[Need] = field(default_factory=frozenset, kw_only=True)
    parameters: tuple[Parameter, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Rectifier(MethodDescription):
    """Method that changes the features of each image before the last layer.

    Attributes:
        fit: (N, D) features of ID training images, or None where it needs none, and parameters to the change.
    """

    fit: Callable[[torch.Tensor | None, Values], Rectify] = field(kw_only=True)


@dataclass(frozen=True)
class Sparsifier(MethodDescription):
    """Method that sets weights of the last layer to zero, as pruning does, by another rule.

    Attributes:
        fit: (N, D) training features, the head and parameters to the (C, D) weight, a new tensor.
    """

    fit: Callable[[torch.Tensor, Head, Values], torch.Tensor] = field(kw_only=True)


@dataclass(frozen=True)
class Score(MethodDescription):
    """Method that gives each image one score, higher for ID.

    Attributes:
        fit: Training samples, or None where it needs none, the head and parameters to the score.
        of_head: Whether the last layer has a part in it; if not, pruning weights cannot change it.
    """

    fit: Callable[[Known | None, Head, Values], Rate] = field(kw_only=True)
    of_head: bool = field(default=True, kw_only=True)


Method = Rectifier | Sparsifier | Score
