"""From a model to a checked classifier: what all sources of classifiers end with."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from opnp.datasets import Missing, require_present
from opnp.models import Classifier, Transform, split
from opnp.sources.place import Place, named
from opnp.sources.weights import is_whole

_CHECKED_ON, _SIDE = 4, 64

Classes = int | str | tuple[str, ...]
"""How a table gives the classes: their number, a text file with one name a line, or the names."""


def built(
    model: nn.Module, transform: Transform, transform_id: str, names: tuple[str, ...] | None
) -> Classifier:
    """Split a model and check the split on seeded noise that went through its transform."""
    pixels = np.random.default_rng(0).integers(0, 256, (_CHECKED_ON, _SIDE, _SIDE, 3), dtype=np.uint8)
    example = torch.stack([transform(Image.fromarray(image)) for image in pixels])
    model.requires_grad_(False)
    return split(model, example, transform=transform, transform_id=transform_id, class_names=names)


def class_names(classes: Classes, place: Place) -> tuple[str, ...] | None:
    """The names that a table gives, or None where it gives a number (0 for none).

    Raises:
        MissingDataError: If their file is missing.
    """
    if isinstance(classes, int):
        return None
    if not isinstance(classes, str):
        return classes
    lines = require_file(classes, place).read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def missing_file(path: str, place: Place) -> tuple[Missing, ...]:
    """What to say of a file that is not there, or is cut off."""
    found = place.resolve(path)
    if not found.is_file():
        where = f"beside {place.file.name} or in the data folder (OPNP_DATA)"
        what = f"Expected the file {named(path)} {where} but it is not there."
        return (Missing(what, place.remedy("Put it there, or mend the path.")),)
    if not is_whole(found):
        what = f"Expected the whole file {named(path)} but it is cut off, as by a download that was stopped."
        return (Missing(what, place.remedy("Copy or download it again.")),)
    return ()


def require_file(path: str, place: Place) -> Path:
    """The file that a table names.

    Raises:
        MissingDataError: If it is not there, or is cut off.
    """
    require_present(missing_file(path, place))
    return place.resolve(path)
