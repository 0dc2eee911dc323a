"""The request of an extraction; two requests that differ in any word never share a folder's features."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import torch

from opnp.data.image_set import ImageSet
from opnp.features.settings import ExtractionSettings, FeatureFormat
from opnp.models import Classifier

VERSION = 1
"""Of the files and of the computation. Raising it leaves older features unused."""


@dataclass(frozen=True)
class Request:
    """All inputs that decide an extraction's content, but for rounding.

    Batch size, loader processes and the number of processes are not in it: a run may go on with others.

    Attributes:
        model: Fingerprint of the classifier's weights and architecture.
        transform: Name and version of its transform.
        images: Identity of the image set.
        count: Number of images, N.
        width: Features of an image, D.
        format: Number format on disk.
        precision: What the backbone computes in.
        chunk: Images in a file.
        version: Of the files and of the computation.
    """

    model: str
    transform: str
    images: str
    count: int
    width: int
    format: str
    precision: str
    chunk: int
    version: int = VERSION

    @classmethod
    def of(
        cls, classifier: Classifier, images: ImageSet, count: int, settings: ExtractionSettings
    ) -> "Request":
        """Return the request to run `classifier` on the `count` images of a set."""
        return cls(
            model=classifier.fingerprint,
            transform=classifier.transform_id,
            images=images.identity(),
            count=count,
            width=classifier.weight.shape[1],
            format=str(settings.format),
            precision=settings.precision(classifier.weight.device),
            chunk=settings.chunk,
        )

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Parse a request from JSON.

        Raises:
            ValueError: If it is not one that could have been made: of another version, a wrong type, a number
                below one.
            TypeError: If a field is missing or too many.
        """
        request = cls(**content)
        texts = request.model, request.transform, request.images, request.format, request.precision
        numbers = request.count, request.width, request.chunk
        if not all(type(text) is str for text in texts) or request.version != VERSION:
            raise ValueError(request)
        if not all(type(number) is int and number > 0 for number in numbers):
            raise ValueError(request)
        FeatureFormat(request.format)
        return request

    @property
    def digest(self) -> str:
        """SHA-256 of the request, 64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the features on disk."""
        return FeatureFormat(self.format).dtype

    @property
    def chunks(self) -> int:
        """Number of files."""
        return -(-self.count // self.chunk)

    def span(self, chunk: int) -> range:
        """Return the indices of the images in a file."""
        return range(chunk * self.chunk, min((chunk + 1) * self.chunk, self.count))

    def differences(self, other: "Request") -> list[str]:
        """Return the names of the fields in which two requests differ."""
        return [f.name for f in fields(self) if getattr(self, f.name) != getattr(other, f.name)]
