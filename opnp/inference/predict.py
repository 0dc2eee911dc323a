"""Somebody's images to what a pruned and an unpruned head make of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from PIL import Image

from opnp._utils.foreign_code import RAISED, clause
from opnp.devices import placed
from opnp.errors import OpnpError, UnreadableImageError
from opnp.explorer import Explorer, Snapshot
from opnp.metrics import tpr_threshold
from opnp.models import Classifier


@dataclass(frozen=True)
class Opinion:
    """What a head says of one image.

    Attributes:
        name: Of the predicted class.
        confidence: Softmax maximum, in [0, 1].
        score: Energy score; higher is more in-distribution.
        threshold: The score that accepts at least 95 % of the ID test set.
    """

    name: str
    confidence: float
    score: float
    threshold: float

    @property
    def accepted(self) -> bool:
        """Whether the image is taken for in-distribution."""
        return self.score >= self.threshold


def preprocess(classifier: Classifier, image: Image.Image) -> torch.Tensor:
    """An image as it enters the backbone.

    Raises:
        UnreadableImageError: If the model's transform fails on it, with a clause that says how.
    """
    try:
        return classifier.transform(image)
    except OpnpError:
        raise
    except RAISED as error:
        size = f"{image.mode}, {image.width} × {image.height}"
        raise UnreadableImageError(f"({size}) makes the model's transform fail: {clause(error)}") from error


def extract_features(classifier: Classifier, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
    """(n, D) features on the CPU of n transformed images; neighbours of one shape share a step."""
    device = classifier.weight.device
    parts = [
        classifier.features(placed(torch.stack(list(alike)), device)).cpu()
        for _, alike in groupby(inputs, key=lambda tensor: tuple(tensor.shape))
    ]
    return torch.cat(parts)


def opinions(explorer: Explorer, features: torch.Tensor, snapshot: Snapshot) -> list[Opinion]:
    """What the head of a position says of images with those (n, D) features."""
    said = explorer.score(features, snapshot.head)
    threshold = tpr_threshold(snapshot.id_test.scores)
    names = explorer.prepared.classifier.class_names
    return [
        Opinion(names[int(predicted)], float(confidence), float(score), threshold)
        for predicted, confidence, score in zip(said.predicted, said.confidence, said.scores, strict=True)
    ]
