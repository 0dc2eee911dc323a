"""`OPNPPostprocessor`: OPNP in OpenOOD v1.5, for its evaluator and its parameter search."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track

from opnp.comparison.recipe import Recipe
from opnp.config import OPEN
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.estimator import OPNP
from opnp.estimator.batches import Batch, parse_batch
from opnp.estimator.params import changed
from opnp.integrations.features_head import linear_head
from opnp.integrations.openood_config import part_of, plain_dict, with_joined_keys

if TYPE_CHECKING:
    BasePostprocessor: Any = object
else:
    try:
        from openood.postprocessors import BasePostprocessor
    except ImportError:  # the class works without it; OpenOOD's evaluator asks for its base
        BasePostprocessor = object

Loaders = Mapping[str, Any]
"""OpenOOD's loaders by the name of their split; a batch is a mapping with `data` and `label`."""

SWEEP: Mapping[str, Sequence[Any]] = {
    "weights": ((0, 100), (0, 99), (10, 100), (10, 99)),
    "neurons": ((0, 100), (10, 100), (30, 100)),
}
"""Windows that OpenOOD's search tries unless its configuration names others."""


class Net(Protocol):
    """A network of OpenOOD."""

    def __call__(self, images: torch.Tensor, *, return_feature: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (N, C) and features (N, D)."""

    def eval(self) -> object:
        """Go into evaluation mode."""

    def get_fc(self) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]:
        """Return weight (C, D) and bias (C,) of the last layer."""


class OPNPPostprocessor(BasePostprocessor):  # type: ignore[misc]
    """OPNP as a postprocessor of OpenOOD v1.5; its confidence is higher for ID.

    Args:
        config: OpenOOD's configuration; its `postprocessor.postprocessor_args` may name any argument of
            `opnp.OPNP`, and `postprocessor_sweep` lists of values to try (`weights_list` or `weights`). None
            for the arguments below alone.
        weights: (low, high) in percent of rank; weights outside of it are pruned.
        neurons: Likewise for the pre-logit neurons.
        aps_mode: Whether OpenOOD shall search on its validation sets.
        options: Any other argument of `opnp.OPNP`, such as `features="react"`.

    Raises:
        InvalidSettingError: If an argument or a value of it is not allowed.

    Example:
        >>> OPNPPostprocessor(weights=(0, 99)).get_hyperparam()
        [(0.0, 99.0), (0.0, 100.0)]
    """

    def __init__(
        self,
        config: Any = None,  # noqa: ANN401 - OpenOOD's own type
        *,
        weights: tuple[float, float] = OPEN,
        neurons: tuple[float, float] = OPEN,
        aps_mode: bool = False,
        **options: Any,  # noqa: ANN401
    ) -> None:
        given = part_of(config, "postprocessor")
        named = with_joined_keys(plain_dict(part_of(given, "postprocessor_args")))
        sweep = plain_dict(part_of(given, "postprocessor_sweep"))
        self.config = config
        self.APS_mode = bool(part_of(given, "APS_mode", aps_mode))
        self.hyperparam_search_done = False
        self.args_dict = {key.removesuffix("_list"): values for key, values in sweep.items()} or dict(SWEEP)
        self._detector = OPNP(torch.nn.Identity())
        self._detector.set_params(**{"weights": weights, "neurons": neurons, **options, **named})
        for key, values in self.args_dict.items():
            for value in values:
                changed(Recipe(), {key: value})

    def setup(self, net: Net, id_loader_dict: Loaders, ood_loader_dict: Loaders) -> None:  # noqa: ARG002
        """Measure sensitivities on the ID training images, in one pass.

        Raises:
            InvalidDataError: If the net has no `get_fc`, or there is no training split.
        """
        if not hasattr(net, "get_fc"):
            raise InvalidDataError(
                f"Expected a network of OpenOOD with `get_fc()` but {type(net).__name__} has none. Use "
                "`opnp.OPNP(net)` for other models."
            )
        if "train" not in id_loader_dict:
            raise InvalidDataError(
                f"Expected a loader 'train' of ID images but got {', '.join(map(repr, id_loader_dict))}."
            )
        net.eval()
        weight, bias = (None if part is None else torch.as_tensor(part) for part in net.get_fc())
        if weight is None:
            raise InvalidDataError("Expected `get_fc()` to give the weight of the last layer but got None.")
        head = linear_head(weight.float(), bias if bias is None else bias.float())
        features = _features(net, id_loader_dict["train"])
        self._detector = OPNP(**self._detector.get_params() | {"model": head}).fit(features)

    @torch.no_grad()
    def postprocess(self, net: Net, data: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return predicted classes (N,) and confidences (N,), higher for ID, of a batch of images.

        Raises:
            NotFittedError: Before `setup`.
        """
        features = net(data, return_feature=True)[1]
        judged = self._detector.judge_features(features)
        return judged.predicted, judged.scores

    def inference(
        self,
        net: Net,
        data_loader: Any,  # noqa: ANN401
        progress: bool = True,
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.floating], npt.NDArray[np.int64]]:
        """Return predicted classes, confidences and labels of all images of a loader.

        Raises:
            InvalidDataError: If the loader gives none.
        """
        found = []
        for batch in track(data_loader, "OPNP", disable=not progress):
            images, labels = parse_batch(batch)
            predicted, confidence = self.postprocess(net, _placed(images, net))
            found.append((predicted.cpu().numpy(), confidence.cpu().numpy(), labels.numpy()))
        if not found:
            raise InvalidDataError("Expected at least one batch of images but the loader gave none.")
        columns = tuple(np.concatenate(part) for part in zip(*found, strict=True))
        return columns[0], columns[1], columns[2]

    def set_hyperparam(self, hyperparam: Sequence[Any]) -> None:
        """Set values in the order of `args_dict`; nothing is measured anew.

        Raises:
            InvalidSettingError: If there are more or fewer, or one is not allowed.
        """
        if len(hyperparam) != len(self.args_dict):
            raise InvalidSettingError(
                f"Expected a value for each of {', '.join(self.args_dict)} but got {len(hyperparam)}."
            )
        self._detector.set_params(**dict(zip(self.args_dict, hyperparam, strict=True)))

    def get_hyperparam(self) -> list[Any]:
        """Return the present values, in the order of `args_dict`."""
        params = self._detector.get_params()
        return [params[name] for name in self.args_dict]


def _features(net: Net, loader: Any) -> Iterator[Batch]:  # noqa: ANN401
    for batch in loader:
        images, labels = parse_batch(batch)
        with torch.no_grad():
            features = net(_placed(images, net), return_feature=True)[1]
        yield features.float().cpu(), labels


def _placed(images: torch.Tensor, net: Any) -> torch.Tensor:  # noqa: ANN401
    """Return images where the net's weights are, in their number format."""
    weight = next(net.parameters(), torch.empty(0))
    return images.to(weight.device, weight.dtype)
