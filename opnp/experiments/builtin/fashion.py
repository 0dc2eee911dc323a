"""Experiments that need nothing but this package: Fashion-MNIST against five OOD sets."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import numpy as np
import numpy.typing as npt
import torch

from opnp.data.image_set import ArrayImages, ImageSet, content_identity
from opnp.experiments.builtin import data, fashion_full
from opnp.experiments.builtin.examples import example_images
from opnp.experiments.builtin.identity import drawn_with
from opnp.experiments.builtin.net import (
    CLASS_NAMES,
    TRANSFORM_ID,
    FashionTransform,
    load_fashion_net,
    normalised,
)
from opnp.experiments.experiment import Experiment
from opnp.models import Classifier, split

Labelled = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]
CHECKED_ON = 8
"""Images on which the split of the net is checked."""


def embedded_experiments() -> tuple[Experiment, ...]:
    """Return the compact experiment, and the full one, which says if the full Fashion-MNIST is missing."""
    compact = Experiment(
        key="fashion",
        title="Fashion-MNIST",
        description="A small convolutional net on the part of Fashion-MNIST that comes with this package.",
        classifier=_classifier,
        id_train=_id_set("train", partial(_packaged, data.fashion_train), _packaged_identity),
        id_test=_id_set("test", partial(_packaged, data.fashion_test), _packaged_identity),
        ood=_ood_sets(),
        examples=example_images,
    )
    whole = replace(
        compact,
        key="fashion-full",
        title="Fashion-MNIST, all 70 000 images",
        description="The same net on the whole of Fashion-MNIST, as installed on this machine.",
        id_train=replace(
            _id_set("train", lambda: ArrayImages(*fashion_full.load_train()), _installed_identity),
            missing=fashion_full.missing_fashion,
        ),
        id_test=replace(
            _id_set("test", lambda: ArrayImages(*fashion_full.load_test()), _installed_identity),
            missing=fashion_full.missing_fashion,
        ),
    )
    return (compact, whole)


def _classifier() -> Classifier:
    images, _ = data.fashion_test()
    example = normalised(torch.from_numpy(images[:CHECKED_ON]))  # what its transform gives
    return split(
        load_fashion_net(),
        example,
        transform=FashionTransform(),
        transform_id=TRANSFORM_ID,
        class_names=CLASS_NAMES,
    )


@cache
def _packaged(load: Callable[[], Labelled]) -> ArrayImages:
    return ArrayImages(*load())


def _id_set(part: str, open_images: Callable[[], ArrayImages], identity: Callable[[], str]) -> ImageSet:
    return ImageSet(
        key=part,
        title=f"Fashion-MNIST {part}",
        description="Clothes in 28 x 28 grey pixels, ten classes.",
        identity=lambda: content_identity(part, identity()),
        open=open_images,
    )


def _ood_sets() -> tuple[ImageSet, ...]:
    return tuple(
        ImageSet(
            key=key,
            title=title,
            description=description,
            identity=partial(_ood_identity, key),
            open=partial(_ood_images, key),
        )
        for key, (title, description) in data.OOD_SETS.items()
    )


def _packaged_identity() -> str:
    return drawn_with("embedded")


def _ood_identity(key: str) -> str:
    return content_identity(key, _packaged_identity())


@cache
def _ood_images(key: str) -> ArrayImages:
    return ArrayImages(data.ood_images(key))


@cache
def _installed_identity() -> str:
    return content_identity(*(path.read_bytes() for path in sorted(fashion_full.FASHION_FOLDER.glob("*.gz"))))
