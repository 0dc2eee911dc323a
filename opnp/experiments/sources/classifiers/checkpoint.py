"""Classifier from a user's own checkpoint of a torchvision architecture, usually with other classes."""

import re
from dataclasses import dataclass
from typing import Any

from torch import nn

from opnp._utils.foreign_code import foreign
from opnp._utils.torchvision import import_torchvision
from opnp.data.image_set import Missing
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.build import built, class_names, missing_file, require_file
from opnp.experiments.sources.classifiers.torchvision import architecture_named
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.transform import ModelTransform, TransformTable, preset
from opnp.experiments.sources.weights.keys import INSIDE
from opnp.experiments.sources.weights.load import State, load_into, read_state
from opnp.models import Classifier

_WITH_AUXILIARY_HEADS = ("googlenet", "inception_v3")
_AUXILIARY = re.compile(rf"(?:^|[.{INSIDE}])aux", re.IGNORECASE)


@dataclass(frozen=True)
class CheckpointClassifier(ClassifierSource):
    """A table with `source = "checkpoint"`.

    Attributes:
        model: Name of a torchvision architecture, for example resnet18.
        path: A file with its weights: of torch.save (.pth, .pt, .ckpt, ...) or safetensors.
        classes: Their number, their names in the order of the logits, or a file with one name a line.
        transform: What it was trained with; that of the architecture's default weights if not given.
    """

    model: str
    path: str
    classes: int | str | tuple[str, ...]
    transform: TransformTable | None = None

    def load(self, place: Place) -> Classifier:
        """Load the classifier."""
        name = architecture_named(self.model, place)
        names = class_names(self.classes, place)
        count = len(names) if names is not None else self._count(place)
        file = require_file(self.path, place)
        state = read_state(file)
        model = _model(name, count, state)
        load_into(model, state, file.name)
        transform = self.transform.build(place) if self.transform else _default_transform(name)
        return built(model, transform, transform.name, names, place)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the file, if it is not there or is cut off."""
        return missing_file(self.path, place)

    def _count(self, place: Place) -> int:
        if not isinstance(self.classes, int) or self.classes < 1:
            raise place.wrong("classes", "at least 1", str(self.classes), "Give the number of logits.")
        return self.classes


def _model(name: str, classes: int, state: State) -> nn.Module:
    options: dict[str, Any] = {"num_classes": classes}
    if name in _WITH_AUXILIARY_HEADS:
        auxiliary = any(_AUXILIARY.search(key) for key in state)
        options |= {"aux_logits": auxiliary, "init_weights": False}
    remedy = 'Build it in Python and use `source = "python"`.'
    with foreign(f"torchvision to build {name} with {classes} classes", remedy):
        model: nn.Module = import_torchvision().models.get_model(name, weights=None, **options)
    return model


def _default_transform(name: str) -> ModelTransform:
    return preset(import_torchvision().models.get_model_weights(name).DEFAULT)
