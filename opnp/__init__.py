"""Sensitivity-guided pruning (OPNP) for out-of-distribution detection.

`Detector` is imported when it is asked for, so that `import opnp` takes milliseconds and no torch.

Example:
    >>> import torch
    >>> from opnp.config import Pruning
    >>> from opnp.pruning import prune
    >>> from opnp.sensitivity import neuron_sensitivity, weight_sensitivity
    >>> features, weight, bias = torch.rand(100, 8), torch.rand(3, 8), torch.zeros(3)
    >>> of_weights = weight_sensitivity(features, weight, bias)  # (3, 8)
    >>> of_neurons = neuron_sensitivity(features, weight, bias)  # (8,)
    >>> pruned = prune(weight, of_weights, of_neurons, Pruning(weights=(0, 75)))
    >>> pruned.pruned_weights  # the 25 % of 24 that are most sensitive
    6
"""

from typing import TYPE_CHECKING, Any

from opnp._version import __version__

if TYPE_CHECKING:
    from opnp.detector import Detector

__all__ = ["Detector", "__version__"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes
    """Import a public name when it is asked for."""
    if name != "Detector":
        raise AttributeError(f"module 'opnp' has no attribute {name!r}")
    from opnp.detector import Detector

    return Detector
