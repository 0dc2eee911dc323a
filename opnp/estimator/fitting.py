"""Run a model once over ID training batches: sensitivity sums, and the features that are to be kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from opnp.comparison.fit_data import MOST, SEED
from opnp.devices import to_device_for_convolution
from opnp.errors import InvalidDataError
from opnp.estimator.batches import Batch
from opnp.features.types import Features
from opnp.models import Classifier
from opnp.sensitivity.gradients import CHUNK, SensitivitySums, sums_of_parts


@dataclass(frozen=True)
class Pass:
    """What one pass over ID training images leaves.

    Attributes:
        sums: Both maps follow from them.
        known: Features (n, D) float32 on the CPU with their labels: all, a sample, or None.
        non_negative: Whether no feature was negative.
    """

    sums: SensitivitySums
    known: Features | None
    non_negative: bool


def run_pass(classifier: Classifier, batches: Iterable[Batch], *, keep: int | None) -> Pass:
    """Sum sensitivities over the batches, on the model's device.

    Features meet the sums in blocks of the same size whatever the loader's batch size is, so the maps are
    those of `opnp.sensitivity`, bit for bit, where the features are.

    Args:
        classifier: The split model.
        batches: Images and labels, at least one.
        keep: Features to keep at most, drawn without replacement by seed where there are more; None keeps
            all, 0 none.
    """
    sample = Sample(keep)
    lowest, count = 0.0, 0

    def seen() -> Iterator[torch.Tensor]:
        nonlocal lowest, count
        for images, labels in batches:
            features = extract(classifier, images)
            _require_finite(features, count)
            lowest, count = min(lowest, float(features.min())), count + len(features)
            sample.add(features, labels)
            yield features

    sums = sums_of_parts(_blocks(seen()), classifier.weight, classifier.bias)
    return Pass(sums, sample.features() if keep != 0 else None, non_negative=lowest >= 0)


def extract(classifier: Classifier, images: torch.Tensor) -> torch.Tensor:
    """Return features (n, D) float32 of a batch of images, on the model's device."""
    return classifier.features(to_device_for_convolution(images, classifier.weight.device))


def collected(classifier: Classifier, batches: Iterable[Batch]) -> Features:
    """Return the features of all batches, (N, D) float32 on the CPU, with their labels."""
    sample = Sample(None)
    for images, labels in batches:
        sample.add(extract(classifier, images), labels)
    return sample.features()


class Sample:
    """Rows of a stream: all of them, or a uniform sample without replacement, in the stream's order."""

    def __init__(self, most: int | None) -> None:
        self._most, self._rows = most, 0
        self._parts: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []
        self._random = torch.Generator().manual_seed(SEED)

    def add(self, features: torch.Tensor, labels: torch.Tensor) -> None:
        """Add rows of the stream."""
        if self._most == 0:
            return
        keys = torch.rand(len(labels), generator=self._random)  # those with the smallest keys stay
        self._parts.append((features.cpu(), labels, keys))
        self._rows += len(labels)
        if self._most is not None and self._rows > self._most + MOST:
            self._trim()

    def features(self) -> Features:
        """Return the rows."""
        self._trim()
        features, labels, _ = self._parts[0]
        return Features(features, labels)

    def _trim(self) -> None:
        features, labels, keys = (torch.cat(part) for part in zip(*self._parts, strict=True))
        if self._most is not None and len(keys) > self._most:
            stay = keys.argsort()[: self._most].sort().values
            features, labels, keys = features[stay], labels[stay], keys[stay]
        self._parts, self._rows = [(features, labels, keys)], len(keys)


def _require_finite(features: torch.Tensor, before: int) -> None:
    finite = features.isfinite().all(dim=1)
    if not bool(finite.all()):
        number = before + int((~finite).nonzero()[0])
        raise InvalidDataError(
            f"Expected finite features but those of image {number} of the loader are not. Check that image "
            "and the model's weights."
        )


def _blocks(parts: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
    """Yield the rows of all parts in multiples of `CHUNK`, the rest at the end."""
    held: list[torch.Tensor] = []
    count = 0
    for part in parts:
        held.append(part)
        count += len(part)
        if count >= CHUNK:
            rows, whole = torch.cat(held), count - count % CHUNK
            yield rows[:whole]
            held, count = [rows[whole:]], count - whole
    if count:
        yield torch.cat(held)
