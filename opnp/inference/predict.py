"""Predict class and score of images with the pruned and the unpruned head."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import torch
from PIL import Image

from opnp._utils.foreign_code import RAISED, clause
from opnp.conformal.p_values import conformal_p_values
from opnp.devices import placed
from opnp.errors import OpnpError, UnreadableImageError
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.inference.id_reference import id_reference
from opnp.metrics import FloatArray, tpr_threshold
from opnp.models import Classifier
from opnp.scoring.head_output import HeadOutput


@dataclass(frozen=True)
class Prediction:
    """Class and score of one image under a head.

    Attributes:
        class_name: Of the largest logit.
        confidence: Softmax maximum, in [0, 1].
        score: Energy score; higher is more in-distribution.
        is_ood: Whether the score is below the threshold; follows from both.
        threshold: That of its class: scores below it are out-of-distribution.
        p_value: Conformal, in (0, 1]: the share of held-out ID images that look at most as familiar, so small
            is strange; None without such images. It depends on the score alone, not on the threshold.
    """

    class_name: str
    confidence: float
    score: float
    is_ood: bool = field(init=False)
    threshold: float
    p_value: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_ood", not self.score >= self.threshold)  # a NaN is not accepted

    @property
    def accepted(self) -> bool:
        """True if the image is taken for in-distribution."""
        return not self.is_ood


def preprocess(classifier: Classifier, image: Image.Image) -> torch.Tensor:
    """Return an image as it enters the backbone.

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
    """Return (n, D) features on the CPU of n transformed images; neighbours of one shape share a step."""
    device = classifier.weight.device
    parts = [
        classifier.features(placed(torch.stack(list(alike)), device)).cpu()
        for _, alike in groupby(inputs, key=lambda tensor: tuple(tensor.shape))
    ]
    return torch.cat(parts)


def predictions(
    output: HeadOutput, class_names: Sequence[str], thresholds: Sequence[float], p_values: FloatArray | None
) -> list[Prediction]:
    """Return one prediction for each of a head's N samples.

    Args:
        output: What the head gives for them.
        class_names: In the order of its logits.
        thresholds: (C,) of each class: scores below that of the predicted one are out-of-distribution.
        p_values: (N,), or None where there are no ID images to compare with.

    Returns:
        N predictions, in the order of the samples.
    """
    unusual = [None] * len(output.scores) if p_values is None else p_values.tolist()
    fields = output.scores, output.confidence, output.predicted
    rows = zip(*(field.tolist() for field in fields), unusual, strict=True)
    return [
        Prediction(class_names[place], sure, score, thresholds[place], p) for score, sure, place, p in rows
    ]


def predict(explorer: Explorer, features: torch.Tensor, snapshot: Snapshot) -> list[Prediction]:
    """Predict class and score of images from their (n, D) features with the head of a position.

    The threshold is the score that accepts at least 95 % of the tune half of the ID test set; p-values
    compare with its other half. A score that is no number is the strangest, as it is not accepted either.
    """
    output = explorer.score(features, snapshot.head)
    names = explorer.prepared.classifier.class_names
    tuned = snapshot.id_test.scores.numpy()[explorer.prepared.id_rows(Half.TUNE)]
    scores = np.nan_to_num(output.scores.double().numpy(), nan=-np.inf, posinf=np.inf, neginf=-np.inf)
    p_values = conformal_p_values(id_reference(snapshot.id_test.scores), scores)
    return predictions(output, names, [tpr_threshold(tuned)] * len(names), p_values)
