"""Classifier from a torch.hub repository whose code is on this machine, with weights from a file.

torch.hub's own `pretrained=True` opens weight files in a way that may run code in them. So the entry point is
called for the architecture alone and the weights are read here, tensors only.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from opnp._utils.foreign_code import foreign
from opnp._utils.torchvision import prepare_torchvision
from opnp.data.image_set import Missing, require_present
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.build import built, class_names, missing_file, require_count
from opnp.experiments.sources.classifiers.torchvision import download
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.transform import TransformTable
from opnp.experiments.sources.typed_table import one_of
from opnp.experiments.sources.weights.load import hub_file, is_whole, load_into, read_state
from opnp.models import Classifier
from opnp.user_code import OwnCode


@dataclass(frozen=True)
class HubClassifier(ClassifierSource):
    """A table with `source = "torch.hub"`.

    Attributes:
        repo: `owner/name:branch` on GitHub, or a folder with a hubconf.py.
        model: The entry point.
        weights: URL of its weights, or a file.
        transform: What it was trained with.
        classes: Names in the order of the logits, or a file with one name a line.
        options: Arguments for the entry point.
    """

    repo: str
    model: str
    weights: str
    transform: TransformTable
    classes: int | str | tuple[str, ...] = 0
    options: dict[str, Any] = field(default_factory=dict)

    def load(self, place: Place) -> Classifier:
        """Load the classifier, from code and weights that are on this machine."""
        require_present(self.missing(place))
        prepare_torchvision()
        folder = self._folder(place)
        code = OwnCode(folder)
        module = code.load(folder / "hubconf.py")
        entries = [name for name, value in vars(module).items() if callable(value) and name[0] != "_"]
        entry = getattr(module, one_of("model", self.model, entries, place))
        model = code.call(lambda: entry(**self.options), f"{self._display_name()} {self.model}")
        if not isinstance(model, nn.Module):
            raise place.wrong("model", "an entry point that gives a torch.nn.Module", type(model).__name__)
        file = self._weights(place)
        load_into(model, read_state(file), file.name)
        transform = self.transform.build(place)
        with code.active():  # so that what the transform reads when it runs is noted too
            classifier = built(model, transform, "", class_names(self.classes, place), place)
        require_count(classifier, self.classes, place)
        name = f"torch.hub {self.model} {sorted(self.options.items())} {code.key()} {transform.name}"
        return replace(classifier, transform_id=name)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the repository's code and the weights, where they are not here."""
        missing = []
        by_command = place.command
        if not (self._folder(place) / "hubconf.py").is_file():
            what = f"Expected the code of {self._display_name()} in torch's cache but it is not there."
            missing.append(Missing(what, by_command))
        if not self._is_url():
            return (*missing, *missing_file(self.weights, place))
        if not is_whole(self._weights(place)):
            what = (
                f"Expected the weights `{self._weights(place).name}` in torch's cache but they are not there."
            )
            missing.append(Missing(what, by_command))
        return tuple(missing)

    def fetch(self, place: Place) -> None:
        """Download the code from GitHub and the weights; the code runs when the classifier is loaded."""
        if not (self._folder(place) / "hubconf.py").is_file():
            with foreign(
                f"to download the code of {self._display_name()}",
                "Check the network and the name, and try again.",
            ):
                torch.hub.list(self.repo, trust_repo=True)  # type: ignore[no-untyped-call]
        if self._is_url() and not is_whole(self._weights(place)):
            download(self.weights)

    def _folder(self, place: Place) -> Path:
        owner, _, branch = self.repo.partition(":")
        if branch:
            return Path(torch.hub.get_dir()) / f"{owner}_{branch}".replace("/", "_")
        return place.resolve(self.repo)

    def _weights(self, place: Place) -> Path:
        return hub_file(self.weights) if self._is_url() else place.resolve(self.weights)

    def _is_url(self) -> bool:
        return self.weights.startswith("https://")

    def _display_name(self) -> str:
        return self.repo if ":" in self.repo else Path(self.repo).name
