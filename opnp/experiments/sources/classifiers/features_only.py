"""Classifier of features alone, from any framework: the last linear layer, without images or a backbone."""

from dataclasses import dataclass
from typing import NoReturn

import torch
from PIL import Image
from torch import nn

from opnp.data.image_set import Missing
from opnp.errors import InvalidDataError, UnsupportedModelError
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.build import class_names, missing_file, require_file
from opnp.experiments.sources.head_arrays import read_head
from opnp.experiments.sources.table_location import Place
from opnp.models import Classifier, numbered

_REFUSAL = (
    "Expected a model that looks at images but this experiment holds only features and the last layer. "
    "Use an experiment with a whole model."
)


class NoBackbone(nn.Module):
    """Placeholder for the backbone; refuses images."""

    def forward(self, _: torch.Tensor) -> NoReturn:
        """Refuse an image.

        Raises:
            UnsupportedModelError: Always.
        """
        raise UnsupportedModelError(_REFUSAL)


def no_transform(_: Image.Image) -> torch.Tensor:
    """Refuse to transform an image.

    Raises:
        UnsupportedModelError: Always.
    """
    raise UnsupportedModelError(_REFUSAL)


@dataclass(frozen=True)
class FeaturesOnly(ClassifierSource):
    """A table with `source = "features"`.

    Attributes:
        path: An .npz or .safetensors file with `head_weight` (C, D) and, if there
            is one, `head_bias` (C,).
        classes: Names in the order of the logits, or a file with one name a line.
    """

    path: str
    classes: int | str | tuple[str, ...] = 0

    def load(self, place: Place) -> Classifier:
        """Load the last layer, with a backbone that refuses images."""
        file = require_file(self.path, place)
        weight, bias, _ = read_head(file)
        given = class_names(self.classes, place)
        count = self.classes if given is None else len(given)
        if count and count != len(weight):
            raise InvalidDataError(
                f"Expected {len(weight)} classes, one for each row of `head_weight` in `{file.name}`, but "
                f"`classes` gives {count}. Give the names in the order of the logits."
            )
        names = given or numbered(len(weight))
        return Classifier(NoBackbone().eval(), weight, bias, no_transform, "features only", names)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the file, if it is not there or is cut off."""
        return missing_file(self.path, place)
