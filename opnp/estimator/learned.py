"""Parameters of a detector, what it has learned, and files of both."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import torch
from sklearn.base import BaseEstimator
from torch import nn

from opnp._utils.foreign_code import clause
from opnp.comparison.recipe import Recipe
from opnp.config import NeuronDefinition
from opnp.devices import CPU
from opnp.errors import InvalidSettingError
from opnp.estimator.judge import Judge
from opnp.estimator.params import changed, params_of
from opnp.estimator.running import plain, split_in_place
from opnp.estimator.state import pack, unpack, write_file
from opnp.models import Classifier
from opnp.pruning import PrunedHead

_OWN = ("model", "class_names", "keep_features")


class Learned(BaseEstimator):  # type: ignore[misc]
    """Detector as far as its parameters, what `fit` and `calibrate` have learned, and files go."""

    def __init__(
        self, model: nn.Module, recipe: Recipe, class_names: Iterable[str] | None, *, keep_features: bool
    ) -> None:
        self.model, self.class_names, self.keep_features = model, _names(class_names), keep_features
        self._judge = Judge(recipe)

    def __repr__(self) -> str:
        return f"OPNP({type(self.model).__name__}, {self._judge})"

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Return all that was learned and set, as tensors on the CPU.

        Of the model it holds the last layer, a checksum, and the first few images with their features.
        """
        fitted, recipe = self._judge.require_fitted(), self._judge.recipe
        threshold = self._judge.threshold_of(recipe) if self._judge.calibrated else None
        keep = self.keep_features
        return pack(fitted, self.model, recipe, threshold, self.class_names, keep_features=keep)

    def load_state_dict(self, state: Mapping[str, torch.Tensor]) -> Self:
        """Take over what `state_dict` gave, for the same model.

        Raises:
            InvalidDataError: If it is something else, damaged, or of another model.
        """
        saved = unpack(state)
        classifier = split_in_place(self.model, saved.example, saved.class_names)
        with plain(classifier.weight.device):
            fitted = saved.fitted(classifier, self.model)
        judge = Judge(saved.recipe)
        judge.take(fitted)
        if saved.threshold is not None:
            judge.set_threshold(saved.recipe, saved.threshold)
        self.class_names, self.keep_features = saved.class_names, saved.keep_features
        self._judge = judge
        return self

    def save(self, path: Path | str) -> None:
        """Write `state_dict` as a safetensors file."""
        write_file(Path(path), self.state_dict())

    def to(self, device: torch.device | str) -> Self:
        """Run on another device from now on, with a copy there; the model itself stays where it is.

        Raises:
            InvalidSettingError: If there is no such device.
        """
        fitted = self._judge.require_fitted()
        try:
            moved = fitted.classifier.to(torch.device(device))
            moved.features(fitted.example.to(moved.weight.device)).to(CPU)
        except (RuntimeError, NotImplementedError, AssertionError) as error:
            raise InvalidSettingError(
                f"Expected a device of this machine but got {str(device)!r} ({clause(error)})."
            ) from None
        self._judge.fitted = replace(fitted, classifier=moved)
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Return the arguments of the constructor as they are now."""
        return {name: getattr(self, name) for name in _OWN} | params_of(self._judge.recipe)

    def set_params(self, **params: Any) -> Self:  # noqa: ANN401
        """Set windows, scope or methods anew, at once; a threshold has to be calibrated again.

        Another `model` has to be fitted first.

        Raises:
            InvalidSettingError: If a name or a value is not allowed.
        """
        recipe = changed(self._judge.recipe, {k: v for k, v in params.items() if k not in _OWN})
        class_names = _names(params.get("class_names", self.class_names))
        if params.get("model", self.model) is not self.model:
            self._judge = Judge(recipe)
        self.model = params.get("model", self.model)
        self.class_names, self.keep_features = class_names, params.get("keep_features", self.keep_features)
        self._judge.recipe = recipe
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether `fit` has run, for scikit-learn."""
        return self._judge.fitted is not None

    def __sklearn_clone__(self) -> Self:
        """Return an unfitted detector with the same parameters, for scikit-learn."""
        return type(self)(**self.get_params())

    @property
    def classifier_(self) -> Classifier:
        """The split model: its backbone, and weight (C, D) and bias (C,) of its last layer, unpruned.

        Its tensors are the model's own: look, do not write.
        """
        return self._judge.require_fitted().classifier

    @property
    def weight_sensitivity_(self) -> torch.Tensor:
        """(C, D) float32, mean |dE/dW| over the ID training images."""
        return self._judge.require_fitted().maps.weights.clone()

    @property
    def neuron_sensitivity_(self) -> torch.Tensor:
        """(D,) float32, by `neuron_definition`."""
        named = self._judge.recipe.pruning.neuron_definition
        return self._judge.require_fitted().maps.neurons[NeuronDefinition(named)].clone()

    @property
    def head_(self) -> PrunedHead:
        """The pruned last layer (C, D), with its masks, on the CPU."""
        return self._judge.require_fitted().head(self._judge.recipe.pruning)

    @property
    def threshold_(self) -> float:
        """Score below which an image is out-of-distribution; set it to one of your own, too."""
        return self._judge.threshold_of(self._judge.recipe)

    @threshold_.setter
    def threshold_(self, threshold: float) -> None:
        self._judge.set_threshold(self._judge.recipe, threshold)


def _names(class_names: object) -> tuple[str, ...] | None:
    if class_names is None:
        return None
    if isinstance(class_names, str) or not isinstance(class_names, Iterable):
        raise InvalidSettingError(
            f"Expected `class_names` to be a list of names, one for each logit, but got {class_names!r}."
        )
    return tuple(map(str, class_names))
