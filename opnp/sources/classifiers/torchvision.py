"""Every classification model that torchvision lists, with published weights and their transform."""

import threading
from dataclasses import dataclass
from typing import Any

from torch import nn

from opnp.datasets import Missing, require_present
from opnp.errors import InvalidDataError
from opnp.models import Classifier
from opnp.sources.base import ClassifierSource
from opnp.sources.build import built
from opnp.sources.place import Place
from opnp.sources.tables import one_of
from opnp.sources.transform import preset
from opnp.sources.weights import State, hub_file, is_whole, read_state
from opnp.torchvision_compat import import_torchvision

_building = threading.Lock()


def architectures() -> list[str]:
    """Names of the classification models that the installed torchvision offers."""
    models = import_torchvision().models
    return list(models.list_models(module=models))


@dataclass(frozen=True)
class TorchvisionClassifier(ClassifierSource):
    """A table with `source = "torchvision"`.

    Attributes:
        model: Its name, for example resnet50.
        weights: Of its weights enum, for example IMAGENET1K_V1.
    """

    model: str
    weights: str = "DEFAULT"

    def load(self, place: Place) -> Classifier:
        """The classifier, from weights that are on this machine."""
        require_present(self.missing(place))
        weights = self._entry(place)
        model = _with_state(self.model, weights, read_state(hub_file(weights.url)))
        transform = preset(weights)
        return built(model, transform, transform.name, tuple(weights.meta["categories"]), place)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """The weights, unless torch's cache of downloads has the whole file."""
        weights = self._entry(place)
        if is_whole(hub_file(weights.url)):
            return ()
        what = f"Expected torchvision's weights {weights} in torch's cache but the whole file is not there."
        return (Missing(what, place.command),)

    def fetch(self, place: Place) -> None:
        """Download the weights, checked by their hash."""
        weights = self._entry(place)
        download(weights.url)

    def _entry(self, place: Place) -> Any:  # noqa: ANN401 - torchvision has no types
        models = import_torchvision().models
        name = one_of("model", self.model, architectures(), place)
        enum = models.get_model_weights(name)
        names = list(enum.__members__)  # DEFAULT among them
        return getattr(enum, one_of("weights", self.weights.rpartition(".")[2], names, place))


def download(url: str) -> None:
    """Put the file of a URL into torch's cache, whole or not at all; its name's hash is checked.

    Raises:
        InvalidDataError: If it does not come, or comes damaged.
    """
    import torch

    place = hub_file(url)
    place.parent.mkdir(parents=True, exist_ok=True)
    prefix = place.stem.rpartition("-")[2]
    is_hash = len(prefix) >= 8 and all(digit in "0123456789abcdef" for digit in prefix)
    try:
        torch.hub.download_url_to_file(url, str(place), prefix if is_hash else None)
    except (OSError, RuntimeError) as error:
        raise InvalidDataError(
            f"Expected to download {url} but it failed with {type(error).__name__}. Check the network and "
            f"try again, or put the file into the folder `hub/checkpoints` of torch's cache."
        ) from error


def _with_state(name: str, weights: Any, state: State) -> nn.Module:  # noqa: ANN401
    """The model as torchvision builds it for these weights, given a state that was read safely.

    torchvision's builders set what belongs to the weights (image size, input range, heads, renamed keys),
    but read the file with a loader that may run code; so for that moment the enum hands out `state`.
    """
    kind = type(weights)
    with _building:
        kind.get_state_dict = lambda *_, **__: state
        try:
            model: nn.Module = import_torchvision().models.get_model(name, weights=weights)
        finally:
            del kind.get_state_dict
    return model
