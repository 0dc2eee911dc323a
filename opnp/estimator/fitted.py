"""A split model with what one pass over ID training images left, and whether it is still the same model."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
import xxhash

from opnp.config import NeuronDefinition, Pruning, RankScope
from opnp.devices import CPU
from opnp.errors import InvalidDataError
from opnp.estimator.fitting import Pass
from opnp.models import Classifier
from opnp.pruning import PrunedHead, apply_ranks, neuron_ranks, weight_ranks
from opnp.sensitivity.cache import SensitivityMaps

Stamp = tuple[tuple[int, torch.dtype, torch.device], ...]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A split model and what one pass over ID training images left.

    Attributes:
        classifier: The split model; its tensors are the model's own.
        example: A few of the images that prove the split, on the CPU.
        seen: Sums and features.
        stamp: Of the model's tensors when it was fitted.
    """

    classifier: Classifier
    example: torch.Tensor
    seen: Pass
    stamp: Stamp = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stamp", _stamp(self.classifier))

    def __getstate__(self) -> dict[str, Any]:
        """Return what travels, of a model that is unchanged."""
        self.require_unchanged()
        return {name: self.__dict__[name] for name in ("classifier", "example", "seen")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what has travelled; tensors count their changes anew."""
        self.__dict__.update(state)
        self.__post_init__()

    @cached_property
    def maps(self) -> SensitivityMaps:
        """Both sensitivity maps."""
        return SensitivityMaps.of(self.seen.sums)

    def head(self, pruning: Pruning) -> PrunedHead:
        """Return the last layer (C, D) as a pruning leaves it, on the CPU; ranks are kept."""
        scope, definition = RankScope(pruning.scope), NeuronDefinition(pruning.neuron_definition)
        weight = self.classifier.weight.to(CPU)
        if scope not in self._weight_ranks:
            self._weight_ranks[scope] = weight_ranks(weight, self.maps.weights, scope)
        neurons = neuron_ranks(weight, self.maps.neurons[definition])
        return apply_ranks(weight, self._weight_ranks[scope], neurons, self.maps.weights == 0, pruning)

    def require_unchanged(self) -> None:
        """Check that the model's tensors are as they were.

        Raises:
            InvalidDataError: If one was written to, or moved, since.
        """
        if _stamp(self.classifier) != self.stamp:
            raise InvalidDataError(
                "Expected the model as it was when the detector was fitted but its weights have changed, or "
                "moved, since. Call `fit(id_loader)` again; give it a copy of a model that trains on."
            )

    @cached_property
    def _weight_ranks(self) -> dict[RankScope, torch.Tensor]:
        return {}


def checksum(tensors: dict[str, torch.Tensor], text: str = "") -> str:
    """Return a checksum over names, types and bytes of tensors on the CPU, and over a text."""
    digest = xxhash.xxh3_128(text.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype} ".encode())
        digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _stamp(classifier: Classifier) -> Stamp:
    """Return what in-place steps, moves and casts change; reads no values."""
    held = (*classifier.backbone.parameters(), *classifier.backbone.buffers())
    return tuple(
        (0 if tensor.is_inference() else tensor._version, tensor.dtype, tensor.device)
        for tensor in (*held, classifier.weight, classifier.bias)
    )
