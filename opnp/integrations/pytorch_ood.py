"""`OPNP` as a detector of pytorch-ood: its interface, its sign (higher is more OOD), its benchmarks."""

from collections.abc import Iterable, Iterator
from typing import Any, Self

import torch
from torch import nn

from opnp._utils.torchvision import import_torchvision
from opnp.config import OPEN
from opnp.errors import InvalidDataError
from opnp.estimator import OPNP as _OPNP
from opnp.estimator import NotFittedError
from opnp.estimator.batches import Batch, batches
from opnp.integrations.features_head import linear_head

import_torchvision()  # pytorch-ood imports it, too

from pytorch_ood.api import (  # noqa: E402
    DetectorInfo,
    FeaturesDetector,
    ModelNotSetException,
    Paper,
    RequiresFittingException,
    Task,
)


class Encoder(nn.Module):
    """Model without its last layer: images (N, ...) to features (N, D)."""

    def __init__(self, detector: _OPNP) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return (N, D) float32 features, on the device of the images."""
        return self.detector.extract_features(images)


class OPNP(FeaturesDetector):  # type: ignore[misc]
    """OPNP for pytorch-ood: `fit`, `fit_features`, `predict`, `predict_features`; higher is more OOD.

    Scores are the negatives of `opnp.OPNP`'s.

    Args:
        model: Any module that maps images to logits that come from one last linear layer; None to use
            features alone, with `w` and `b`.
        weights: (low, high) in percent of rank; weights outside of it are pruned.
        neurons: Likewise for the pre-logit neurons.
        w: (C, D) of the last layer, for `fit_features`; that of the model once `fit` has run.
        b: (C,) of the last layer.
        options: Any other argument of `opnp.OPNP`, such as `features="react"` or `score="gen"`.

    Attributes:
        encoder: The model without its last layer, once `fit` has run. pytorch-ood's grid search extracts
            features once if there is one, so call `fit` before it.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> W, z = torch.randn(3, 8), torch.randn(50, 8)
        >>> detector = OPNP(None, weights=(0, 90), w=W).fit_features(z, torch.zeros(50))
        >>> detector.predict_features(z[:2]).shape
        torch.Size([2])
    """

    requires_fit = True
    hyperparameter_space = {  # noqa: RUF012 - as pytorch-ood declares it
        "weights": [(0, 100), (0, 99), (10, 100), (10, 99)],
        "neurons": [(0, 100), (10, 100), (30, 100)],
    }
    info = DetectorInfo(
        paper=Paper(
            title="Optimal Parameter and Neuron Pruning for Out-of-Distribution Detection",
            venue="NeurIPS",
            year=2023,
            url="https://arxiv.org/abs/2402.10062",
            code=None,
        ),
        tasks={Task.CLASSIFICATION},
    )

    def __init__(
        self,
        model: nn.Module | None,
        weights: tuple[float, float] = OPEN,
        neurons: tuple[float, float] = OPEN,
        *,
        w: torch.Tensor | None = None,
        b: torch.Tensor | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        self.model, self.w, self.b = model, w, b
        self.encoder: Encoder | None = None
        self._detector = _OPNP(nn.Identity(), weights, neurons, **options)

    def fit(self, data_loader: Iterable[object]) -> Self:
        """Measure sensitivities on ID training images; those with a label below 0 are OOD and left out.

        Raises:
            ModelNotSetException: If there is no model.
            ValueError: If no image is ID.
        """
        if self.model is None:
            raise ModelNotSetException
        self._fit(self.model, _known(batches(data_loader)))
        self.encoder, split = Encoder(self._detector), self._detector.classifier_
        self.w, self.b = split.weight, split.bias
        return self

    def fit_features(self, x: torch.Tensor, y: torch.Tensor) -> Self:
        """Measure sensitivities on (N, D) ID training features; those with a label below 0 are left out.

        Raises:
            ModelNotSetException: If `w` was not given.
            ValueError: If no sample is ID.
        """
        if self.w is None:
            raise ModelNotSetException("fit_features() needs the last layer: pass `w` and `b`")
        if not isinstance(y, torch.Tensor) or y.shape != x.shape[:1]:
            raise InvalidDataError(
                f"Expected `y` to be a tensor of {len(x)} labels, one for each row of `x`."
            )
        self._fit(linear_head(self.w, self.b), _known([(x, y.to("cpu", torch.int64))]))
        return self

    def predict(self, x: torch.Tensor) -> torch.Tensor:
        """Return (N,) outlier scores of images; higher is more OOD.

        Raises:
            RequiresFittingException: Before `fit`.
        """
        if self.encoder is None:
            raise ModelNotSetException if self.model is None else RequiresFittingException
        return self.predict_features(self.encoder(x))

    def predict_features(self, x: torch.Tensor) -> torch.Tensor:
        """Return (N,) outlier scores of (N, D) features; higher is more OOD.

        Raises:
            RequiresFittingException: Before `fit` or `fit_features`.
        """
        try:
            return -self._detector.judge_features(x).scores
        except NotFittedError as error:
            raise RequiresFittingException(str(error)) from None

    def get_hyperparameters(self) -> dict[str, Any]:
        """Return the present values of what `hyperparameter_space` names."""
        params = self._detector.get_params()
        return {name: params[name] for name in self.hyperparameter_space}

    def set_hyperparameters(self, **kwargs: Any) -> Self:  # noqa: ANN401
        """Set windows, or any other argument of `opnp.OPNP`, anew; takes effect at once.

        Raises:
            InvalidSettingError: If a name or a value is not allowed.
        """
        self._detector.set_params(**kwargs)
        return self

    def to(self, device: torch.device | str) -> Self:
        """Move the model and run there from now on."""
        super().to(device)
        if self.encoder is not None:
            self.encoder.detector.to(device)
        return self

    def _fit(self, model: nn.Module, source: Iterator[Batch]) -> None:
        params = self._detector.get_params() | {"model": model}
        self._detector = _OPNP(**params).fit(source)


def _known(source: Iterable[Batch]) -> Iterator[Batch]:
    found = False
    for images, labels in source:
        known = labels >= 0
        if bool(known.any()):
            found = True
            yield images[known.to(images.device)], labels[known]
    if not found:
        raise InvalidDataError("Expected ID samples, whose labels are 0 or above, but there are none.")
