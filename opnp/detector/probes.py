"""Real images inside a detector, with the model's logits for them: proof that numbers carry over."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch.nn import functional

from opnp.data.image_set import ImageSet
from opnp.detector.archive import refused
from opnp.errors import InvalidDataError, UnreadableImageError
from opnp.inference.predict import extract_features, preprocess
from opnp.models import Classifier

EACH = 4
"""Images of each set."""
TOLERANCE = 1e-4
"""Of a logit, relative to the largest; float32 on another machine or device stays far below."""
_SIDE = 1024
_MOST = 64


@dataclass(frozen=True)
class Probes:
    """Images and the logits expected of them.

    Attributes:
        pictures: uint8 (H, W) or (H, W, 3), of any sizes.
        logits: (n, C) float32 of the pruned model.
    """

    pictures: tuple[npt.NDArray[np.uint8], ...]
    logits: torch.Tensor

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return the probes as tensors for a file."""
        pictures = {f"probe.{number}": torch.from_numpy(p) for number, p in enumerate(self.pictures)}
        return {**pictures, "probe.logits": self.logits}

    def inputs(self, classifier: Classifier) -> torch.Tensor:
        """Return the pictures through the model's transform, (n, ...) float32.

        Raises:
            InvalidDataError: If the transform fails on one, or gives them different shapes.
        """
        try:
            tensors = [preprocess(classifier, Image.fromarray(picture)) for picture in self.pictures]
            return torch.stack(tensors).float()
        except (UnreadableImageError, RuntimeError):
            raise refused("the model's transform cannot take its probe images") from None


def make_probes(
    classifier: Classifier, weight: torch.Tensor, bias: torch.Tensor, sets: tuple[ImageSet, ...]
) -> Probes:
    """Return the first images of each set that can be read, small enough to carry."""
    pictures = [picture for images in sets for picture in islice(_readable(images), EACH)]
    probes = Probes(tuple(pictures), torch.empty(0))
    return Probes(probes.pictures, logits_of(classifier, weight, bias, probes.inputs(classifier)))


def _readable(images: ImageSet) -> Iterator[npt.NDArray[np.uint8]]:
    opened = images.open()
    for index in range(len(opened)):
        with contextlib.suppress(UnreadableImageError, OSError):
            yield _small(opened[index][0])


def read_probes(tensors: Mapping[str, torch.Tensor]) -> Probes:
    """Read probes from the tensors of a file.

    Raises:
        InvalidDataError: If they are not as `Probes.tensors` gives them.
    """
    logits = tensors.get("probe.logits")
    if logits is None or logits.ndim != 2 or not 0 < len(logits) <= _MOST:
        raise refused("its probe images are missing")
    if logits.dtype != torch.float32 or not bool(logits.isfinite().all()):
        raise refused("what it expects of its probe images is not finite or not float32")
    pictures = []
    for number in range(len(logits)):
        picture = tensors.get(f"probe.{number}")
        if picture is None or picture.dtype != torch.uint8 or not _is_picture(tuple(picture.shape)):
            raise refused(f"its probe image {number} is missing or of another shape")
        pictures.append(picture.numpy())
    return Probes(tuple(pictures), logits)


def verify(probes: Probes, classifier: Classifier, weight: torch.Tensor, bias: torch.Tensor) -> None:
    """Check that the model gives the numbers that it gave when the detector was made.

    Raises:
        InvalidDataError: If a logit is off by more than `TOLERANCE` of the largest.
    """
    again = logits_of(classifier, weight, bias, probes.inputs(classifier))
    expected = probes.logits
    allowed = TOLERANCE * max(1.0, float(expected.abs().max()))
    if again.shape != expected.shape or not bool((again - expected).abs().max() <= allowed):
        raise InvalidDataError(
            "Expected the model to give the detector's own numbers on its probe images but it does not: its "
            "weights, its transform or a library under it is another. Make the detector again here."
        )


def logits_of(
    classifier: Classifier, weight: torch.Tensor, bias: torch.Tensor, inputs: torch.Tensor
) -> torch.Tensor:
    """Return (n, C) float32 logits of transformed images, on the CPU."""
    return functional.linear(extract_features(classifier, list(inputs)), weight, bias)


def _small(image: Image.Image) -> npt.NDArray[np.uint8]:
    plain = image if image.mode in ("L", "RGB") else image.convert("RGB")
    if max(plain.size) > _SIDE:
        plain = plain.copy()
        plain.thumbnail((_SIDE, _SIDE))
    return np.array(plain)


def _is_picture(shape: tuple[int, ...]) -> bool:
    sides, channels = shape[:2], shape[2:]
    return len(sides) == 2 and channels in ((), (3,)) and min(sides) > 0 and max(sides) <= _SIDE
