"""Final step of every classifier source: turn a model into a checked classifier."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from torch import nn

from opnp.data.image_set import Missing, require_present
from opnp.errors import InvalidDataError, OpnpError, UnsupportedModelError
from opnp.experiments.sources.probe_images import COUNT
from opnp.experiments.sources.table_location import Place, named
from opnp.experiments.sources.text_files import not_printed, read_text
from opnp.experiments.sources.transform import ModelTransform
from opnp.experiments.sources.verification import input_warnings, inputs_of, verify_classifier
from opnp.experiments.sources.weights.load import is_whole
from opnp.model_split.copies import require_usable, unwrapped
from opnp.models import Classifier, Transform, split

_SIDE = 64

Classes = int | str | tuple[str, ...]
"""How a table gives the classes: their number, a text file with one name a line, or the names."""


def built(
    model: nn.Module,
    transform: Transform,
    transform_id: str,
    names: tuple[str, ...] | None,
    place: Place,
) -> Classifier:
    """Split a model and verify the split, the transform and the model on the experiment's own images.

    A transform that does not say which pictures it takes is tried on RGB and on grey ones, the kind that most
    of the images are first; then every picture is converted to the kind that went through.

    Args:
        model: Any; it comes back as it was but for its gradient flags.
        transform: PIL image to tensor.
        transform_id: Names it and its version in cache keys.
        names: Of the classes, or None.
        place: Its `pictures` are the images; seeded noise stands for them where there are none.

    Raises:
        UnsupportedModelError: If the model has no linear head, or its features depend on chance or on the
            other images of a batch.
        InvalidDataError: If the transform or the model raises, or no image is at hand and noise fails.
    """
    require_usable(unwrapped(model)[0])
    model.requires_grad_(False)
    at_hand = list(place.pictures())
    pictures = _four(at_hand) if at_hand else _noise()
    declared = isinstance(transform, ModelTransform)
    refusals: list[OpnpError] = []
    for mode in ("",) if declared else _modes(pictures):
        using = ModelTransform(mode, transform, transform_id) if mode else transform
        name = f"{transform_id} {mode}" if mode else transform_id
        try:
            example = inputs_of(using, pictures)
            classifier = split(model, example, transform=using, transform_id=name, class_names=names)
        except OpnpError as error:
            refusals.append(error)
            continue
        return _proven(classifier, pictures, len(at_hand), assumed=not declared)
    ran = [error for error in refusals if isinstance(error, UnsupportedModelError)]
    raise _without_images((ran or refusals)[0], at_hand)


def proven(classifier: Classifier, place: Place) -> Classifier:
    """Verify a classifier that is already split on the experiment's own images.

    Raises:
        UnsupportedModelError: If its features depend on chance or on the other images of a batch.
        InvalidDataError: If its transform or its model raises, or no image is at hand and noise fails.
    """
    at_hand = list(place.pictures())
    pictures = _four(at_hand) if at_hand else _noise()
    using = classifier.transform
    tries = [classifier]
    for mode in () if isinstance(using, ModelTransform) else _modes(pictures):
        name = f"{classifier.transform_id} {mode}"
        tries.append(replace(classifier, transform=ModelTransform(mode, using, name), transform_id=name))
    refusals: list[OpnpError] = []
    for attempt in tries:
        try:
            return _proven(attempt, pictures, len(at_hand), assumed=attempt is not classifier)
        except UnsupportedModelError:
            raise
        except OpnpError as error:
            refusals.append(error)
    raise refusals[0]


def _proven(
    classifier: Classifier, pictures: Sequence[Image.Image], at_hand: int, *, assumed: bool
) -> Classifier:
    try:
        verify_classifier(classifier, pictures)
    except InvalidDataError as error:
        raise _without_images(error, at_hand) from error
    understood = replace(
        classifier.understood,
        mode=getattr(classifier.transform, "mode", ""),
        assumed=assumed,
        images=at_hand,
        warnings=input_warnings(inputs_of(classifier.transform, pictures)),
    )
    return replace(classifier, understood=understood)


def _without_images(error: OpnpError, at_hand: object) -> OpnpError:
    """Return the error, with a note where noise stood in for images."""
    if at_hand or isinstance(error, UnsupportedModelError):
        return error
    return type(error)(
        f"{error} No image of this experiment is at hand, so the model was tried on noise of {_SIDE} × "
        f"{_SIDE} pixels; to prove it takes an image: put those of [id.test] in place."
    )


def _four(pictures: Sequence[Image.Image]) -> list[Image.Image]:
    """Return exactly four images: the given ones, then their mirror images, then repetitions."""
    more = [*pictures, *map(ImageOps.mirror, pictures), *map(ImageOps.flip, pictures), *pictures]
    return more[:COUNT]


def _noise() -> list[Image.Image]:
    pixels = np.random.default_rng(0).integers(0, 256, (COUNT, _SIDE, _SIDE, 3), dtype=np.uint8)
    return [Image.fromarray(image) for image in pixels]


def _modes(pictures: Sequence[Image.Image]) -> tuple[str, str]:
    """Return the image modes to try, the most common first."""
    grey = sum(picture.mode in ("1", "L", "LA") or picture.mode.startswith("I") for picture in pictures)
    return ("L", "RGB") if 2 * grey > len(pictures) else ("RGB", "L")


def class_names(classes: Classes, place: Place) -> tuple[str, ...] | None:
    """Return the names in a table, or None where it gives a number (0 for none).

    Raises:
        MissingDataError: If their file is missing.
        InvalidDataError: If their file is no text in UTF-8, a name in it steers a terminal, or the number is
            below 0.
    """
    if isinstance(classes, int):
        if classes < 0:
            raise place.wrong("classes", "at least 1 class, or names", str(classes), "Or leave it out.")
        return None
    if not isinstance(classes, str):
        return classes
    text = read_text(require_file(classes, place))
    names = tuple(line.strip() for line in text.splitlines() if line.strip())
    wrong = not_printed("".join(names))
    if wrong:
        raise InvalidDataError(
            f"Expected {named(classes)} to hold one name a line but got {wrong} in one. Take it out."
        )
    return names


def require_count(classifier: Classifier, classes: Classes, place: Place) -> Classifier:
    """Return the classifier if it has as many logits as a table gives (0 for no number).

    Raises:
        InvalidDataError: If it has another number of them.
    """
    logits = len(classifier.class_names)
    if isinstance(classes, int) and classes not in (0, logits):
        expected = f"{logits:,}, the number of the model's logits,"
        raise place.wrong("classes", expected, str(classes), "Mend it, or load the model that it belongs to.")
    return classifier


def missing_file(path: str, place: Place) -> tuple[Missing, ...]:
    """Describe a file that is missing or cut off."""
    resolved = place.resolve(path)
    if not resolved.is_file():
        where = f"beside {place.file.name} or in the data folder (OPNP_DATA)"
        problem = f"Expected the file {named(path)} {where} but it is not there."
        return (Missing(problem, place.remedy("Put it there, or mend the path.")),)
    if not is_whole(resolved):
        problem = (
            f"Expected the whole file {named(path)} but it is cut off, as by a download that was stopped."
        )
        return (Missing(problem, place.remedy("Copy or download it again.")),)
    return ()


def require_file(path: str, place: Place) -> Path:
    """Return the path of a table's file; raise if it is missing.

    Raises:
        MissingDataError: If it is not there, or is cut off.
    """
    require_present(missing_file(path, place))
    return place.resolve(path)
