"""Classifier of torchvision, any that it lists, with published weights and their transform."""

import importlib.util
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import nn

from opnp._utils.foreign_code import foreign
from opnp._utils.torchvision import import_torchvision
from opnp.data.image_set import Missing, require_present
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.build import built
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.transform import preset
from opnp.experiments.sources.typed_table import one_of
from opnp.experiments.sources.weights.load import State, hub_file, is_whole, read_state
from opnp.models import Classifier

_building = threading.Lock()
_OWN_FILE = 'For a file of your own use `source = "checkpoint"`, with `path` and `classes`.'
_OWN_CLASSES = (
    "Published weights bring their own classes and transform; for your own weights use "
    '`source = "checkpoint"`.'
)
_CIFAR = re.compile(
    r"(?:cifar\w*[_-])?(?:pre)?(?:act)?_?resnet_?(?:20|32|44|56|110|164|1202)(?:[_-].*)?"
    r"|wide_?resnet_?(?:16|22|28|40).*|densenet_?(?:40|100bc|190).*|(?:cifar|wrn)\w*|.*32x32.*"
)
_FILE_NAME = re.compile(r"[/\\~]|\.(?:pth|pt|bin|ckpt|safetensors|tar|onnx|h5)$")


def architectures() -> list[str]:
    """Return the names of the classification models that the installed torchvision offers."""
    models = import_torchvision().models
    return list(models.list_models(module=models))


def architecture_named(name: str, place: Place) -> str:
    """Return the name, where torchvision has a classification model of that name.

    Raises:
        InvalidSettingError: If it has none, with the source that has, or the closest that it has.
    """
    names = architectures()
    if name in names:
        return name
    if name.lower() in names:
        remedy = f"Did you mean {name.lower()!r}?"
    elif _CIFAR.fullmatch(name.lower()):
        remedy = (
            "That is a net for CIFAR, which torchvision does not have: take it from a torch.hub repository "
            'such as chenyaofo/pytorch-cifar-models:master (`source = "torch.hub"`), or from your own code '
            '(`source = "python"`).'
        )
    elif is_timms(name):
        remedy = 'timm has it: `source = "timm"`.'
    else:
        return one_of("model", name, names, place)
    raise place.wrong("model", f"one of torchvision's {len(names)} classification models", repr(name), remedy)


def is_timms(name: str) -> bool:
    """Return whether timm is installed and has a model of that name."""
    if importlib.util.find_spec("timm") is None:
        return False
    import timm

    return bool(timm.is_model(name.partition(".")[0]))


@dataclass(frozen=True)
class TorchvisionClassifier(ClassifierSource):
    """A table with `source = "torchvision"`.

    Attributes:
        model: Its name, for example resnet50.
        weights: Of its weights enum, for example IMAGENET1K_V1.
    """

    INSTEAD: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("path", "checkpoint", "ckpt", "file"), _OWN_FILE),
        **dict.fromkeys(("classes", "class_names", "num_classes", "transform"), _OWN_CLASSES),
    }

    model: str
    weights: str = "DEFAULT"

    def load(self, place: Place) -> Classifier:
        """Load the classifier, from weights that are on this machine."""
        require_present(self.missing(place))
        weights = self._entry(place)
        model = _with_state(self.model, weights, read_state(hub_file(weights.url)))
        transform = preset(weights)
        return built(model, transform, transform.name, tuple(weights.meta["categories"]), place)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the weights, unless torch's cache of downloads has the whole file."""
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
        name = architecture_named(self.model, place)
        enum = models.get_model_weights(name)
        names = list(enum.__members__)  # DEFAULT among them
        if _FILE_NAME.search(self.weights):
            raise place.wrong("weights", f"one of {', '.join(map(repr, names))}", "a file", _OWN_FILE)
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
    remedy = (
        "Check the network and try again, or put the file into the folder `hub/checkpoints` of torch's cache."
    )
    with foreign(f"to download {url}", remedy):
        torch.hub.download_url_to_file(url, str(place), prefix if is_hash else None)


def _with_state(name: str, weights: Any, state: State) -> nn.Module:  # noqa: ANN401
    """Return the model as torchvision builds it for these weights, given a state that was read safely.

    torchvision's builders set what belongs to the weights (image size, input range, heads, renamed keys),
    but read the file with a loader that may run code; so for that moment the enum hands out `state`.
    """
    kind = type(weights)
    with _building:
        kind.get_state_dict = lambda *_, **__: state
        try:
            with foreign(f"torchvision to build {name} with its published weights"):
                model: nn.Module = import_torchvision().models.get_model(name, weights=weights)
        finally:
            del kind.get_state_dict
    return model
