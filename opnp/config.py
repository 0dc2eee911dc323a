"""Frozen settings: pruning window, ranking scope and definition of neuron sensitivity."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from opnp._utils.checks import require_option, require_window


class RankScope(StrEnum):
    """The set of weights among which a weight is ranked."""

    GLOBAL = "global"
    """All weights of the last layer together."""

    PER_CLASS = "per class"
    """Each class's row of weights by itself, so every class loses the same share."""

    @classmethod
    def _missing_(cls, value: object) -> "RankScope | None":
        """Accept "per-class", "per_class" and "perclass" for "per class"."""
        spelt = str(value).replace("-", "").replace("_", "")
        return next((scope for scope in cls if scope.value.replace(" ", "") == spelt), None)


class NeuronDefinition(StrEnum):
    """Definition of the sensitivity of a pre-logit neuron j. No source found gives the paper's formula."""

    ACTIVATION = "activation"
    """mean over samples of |dE/dz_j| = mean |sum_c p_c W_cj|: the energy's own gradient."""

    WEIGHTS = "weights"
    """mean over classes of M_cj, which is exactly mean |z_j| / C: it carries no energy information."""


class Window(NamedTuple):
    """Range of ranks to keep, in percent: entries below `low` or above `high` are set to zero."""

    low: float = 0.0
    high: float = 100.0


OPEN = Window()
"""The window that prunes nothing."""


@dataclass(frozen=True)
class Pruning:
    """Pruning of the last layer: the windows of weights and neurons outside of which entries are set to zero.

    With both windows open it prunes nothing; weights only is OPP, neurons only ONP, both OPNP. The bias is
    never pruned.

    Attributes:
        weights: Window over the ranks of the (C, D) weight sensitivities, in percent.
        neurons: Window over the ranks of the (D,) neuron sensitivities, in percent. A pruned neuron zeroes
            its column of the weight.
        scope: Among which weights a weight is ranked (neurons are always ranked together).
        neuron_definition: Which sensitivity a neuron has.

    Raises:
        InvalidSettingError: If a window or a name is not allowed.

    Example:
        >>> Pruning(neurons=(30, 100)).kind
        'ONP'
        >>> Pruning(weights=(80, 20))
        Traceback (most recent call last):
        opnp.errors.InvalidSettingError: Expected `weights` to satisfy 0 <= low <= high <= 100 ...
    """

    weights: tuple[float, float] = OPEN
    neurons: tuple[float, float] = OPEN
    scope: RankScope | str = RankScope.GLOBAL
    neuron_definition: NeuronDefinition | str = NeuronDefinition.ACTIVATION

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", Window(*require_window("weights", self.weights)))
        object.__setattr__(self, "neurons", Window(*require_window("neurons", self.neurons)))
        object.__setattr__(self, "scope", require_option("scope", RankScope, self.scope))
        definition = require_option("neuron_definition", NeuronDefinition, self.neuron_definition)
        object.__setattr__(self, "neuron_definition", definition)

    @property
    def kind(self) -> str:
        """Name of this pruning in the field: 'unpruned', 'OPP', 'ONP' or 'OPNP'."""
        names = {(True, True): "unpruned", (False, True): "OPP", (True, False): "ONP"}
        return names.get((self.weights == OPEN, self.neurons == OPEN), "OPNP")


UNPRUNED = Pruning()
"""Both windows open."""


def windows_text(pruning: Pruning) -> str:
    """Describe in words the ranks that a pruning keeps.

    Example:
        >>> windows_text(Pruning(neurons=(30, 100)))
        'neurons 30–100 % (activation)'
    """
    if pruning.kind == "unpruned":
        return "nothing pruned"
    weights = f"weights {pruning.weights[0]:g}–{pruning.weights[1]:g} % ({pruning.scope})"
    neurons = f"neurons {pruning.neurons[0]:g}–{pruning.neurons[1]:g} % ({pruning.neuron_definition})"
    return {"OPP": weights, "ONP": neurons}.get(pruning.kind, f"{weights}, {neurons}")
