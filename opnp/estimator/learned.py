"""Parameters of a detector, what it has learned, and files of both."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import torch
from torch import nn

from opnp.comparison.recipe import Recipe
from opnp.config import NeuronDefinition
from opnp.estimator.judge import Judge
from opnp.estimator.params import changed, params_of
from opnp.estimator.running import split_in_place
from opnp.estimator.state import pack, unpack, write_file
from opnp.models import Classifier
from opnp.pruning import PrunedHead


class Learned:
    """Detector as far as its parameters, what `fit` and `calibrate` have learned, and files go."""

    def __init__(
        self, model: nn.Module, recipe: Recipe, class_names: Iterable[str] | None, *, keep_features: bool
    ) -> None:
        self.model, self.keep_features = model, keep_features
        self.class_names = None if class_names is None else tuple(class_names)
        self._judge = Judge(recipe)

    def __repr__(self) -> str:
        return f"OPNP({type(self.model).__name__}, {self._judge})"

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Return all that was learned and set, as tensors on the CPU; the model is not in it."""
        threshold = self.threshold_ if self._judge.calibrated else None
        return pack(self._judge.require_fitted(), self._judge.recipe, threshold, self.class_names)

    def load_state_dict(self, state: Mapping[str, torch.Tensor]) -> Self:
        """Take over what `state_dict` gave, for the same model.

        Raises:
            InvalidDataError: If it is something else, damaged, or of another model.
        """
        saved = unpack(state)
        self.class_names = saved.class_names
        with torch.inference_mode(mode=False), torch.no_grad():
            self._judge.take(saved.fitted(split_in_place(self.model, saved.example, self.class_names)))
        self._judge.recipe = saved.recipe
        if saved.threshold is not None:
            self._judge.threshold = saved.threshold
        return self

    def save(self, path: Path | str) -> None:
        """Write `state_dict` as a safetensors file."""
        write_file(Path(path), self.state_dict())

    def to(self, device: torch.device | str) -> Self:
        """Run on another device from now on; the model itself stays where it is."""
        fitted = self._judge.require_fitted()
        self._judge.fitted = replace(fitted, classifier=fitted.classifier.to(torch.device(device)))
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Return the arguments of the constructor as they are now."""
        own = {"model": self.model, "class_names": self.class_names, "keep_features": self.keep_features}
        return own | params_of(self._judge.recipe)

    def set_params(self, **params: Any) -> Self:  # noqa: ANN401
        """Set windows, scope or methods anew, at once; a threshold has to be calibrated again.

        Raises:
            InvalidSettingError: If a name or a value is not allowed.
        """
        self._judge.recipe = changed(self._judge.recipe, params)
        return self

    @property
    def classifier_(self) -> Classifier:
        """The split model: its backbone, and weight (C, D) and bias (C,) of its last layer, unpruned."""
        return self._judge.require_fitted().classifier

    @property
    def weight_sensitivity_(self) -> torch.Tensor:
        """(C, D) float32, mean |dE/dW| over the ID training images."""
        return self._judge.require_fitted().maps.weights

    @property
    def neuron_sensitivity_(self) -> torch.Tensor:
        """(D,) float32, by `neuron_definition`."""
        named = self._judge.recipe.pruning.neuron_definition
        return self._judge.require_fitted().maps.neurons[NeuronDefinition(named)]

    @property
    def head_(self) -> PrunedHead:
        """The pruned last layer (C, D), with its masks, on the CPU."""
        return self._judge.require_fitted().heads(self._judge.recipe.pruning)

    @property
    def threshold_(self) -> float:
        """Score below which an image is out-of-distribution."""
        return self._judge.threshold
