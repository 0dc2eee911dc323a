"""Data that every part of the Sensitivity page draws from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from app.cached import sensitivity as kept
from app.charts.palette import Palette
from app.charts.sensitivity import distinct_names
from opnp.config import NeuronDefinition, Pruning, RankScope
from opnp.explorer import Explorer
from opnp.pruning import PrunedHead


@dataclass(frozen=True)
class SensitivityView:
    """An experiment at a position of the sliders.

    Attributes:
        explorer: The experiment.
        pruning: The position.
        ood: Keys of the chosen OOD sets.
        colours: The page's palette.
    """

    explorer: Explorer
    pruning: Pruning
    ood: tuple[str, ...]
    colours: Palette

    @property
    def key(self) -> str:
        """Key of the experiment."""
        return self.explorer.prepared.experiment.key

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, no two alike."""
        return distinct_names(self.explorer.prepared.classifier.class_names)

    @cached_property
    def head(self) -> PrunedHead:
        """The pruned last layer."""
        return kept.head(self.key, self.pruning)

    @property
    def mask(self) -> npt.NDArray[np.bool_]:
        """Mask of the weights, (C, D), True where kept."""
        return self.head.mask.numpy()

    @property
    def weights(self) -> npt.NDArray[np.float32]:
        """Sensitivities of the weights, (C, D)."""
        return self.explorer.prepared.maps.weights.numpy()

    @property
    def neurons(self) -> npt.NDArray[np.float32]:
        """Sensitivities of the neurons by the chosen definition, (D,)."""
        return self.sensitivity_by(NeuronDefinition(self.pruning.neuron_definition))

    def sensitivity_by(self, definition: NeuronDefinition) -> npt.NDArray[np.float32]:
        """Return the sensitivities of the neurons by one definition, (D,)."""
        return self.explorer.prepared.maps.neurons[definition].numpy()

    @property
    def ranks(self) -> npt.NDArray[np.int64]:
        """Ranks of the weights' sensitivities by the chosen scope, (C, D)."""
        return self.explorer.prepared.heads.weight_ranks[RankScope(self.pruning.scope)].numpy()

    @property
    def weight(self) -> npt.NDArray[np.float32]:
        """Weights of the unpruned last layer, (C, D)."""
        return self.explorer.prepared.heads.weight.numpy()

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """Neurons from least to most sensitive, (D,)."""
        return self.explorer.neuron_order(self.pruning).numpy()
