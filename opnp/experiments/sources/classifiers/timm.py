"""Classifier of timm, where that is installed, with the weights and the transform that timm knows for it."""

import importlib.util
from dataclasses import dataclass
from typing import Any

from torch import nn

from opnp._utils.foreign_code import foreign
from opnp._utils.torchvision import import_torchvision
from opnp.data.image_set import Missing, require_present
from opnp.errors import UnsupportedModelError
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.build import built, class_names, missing_file, require_count, require_file
from opnp.experiments.sources.classifiers.timm_folder import timm_folder
from opnp.experiments.sources.classifiers.timm_names import published_names
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.transform import ModelTransform, TransformTable
from opnp.experiments.sources.typed_table import closest
from opnp.experiments.sources.weights.load import load_into, read_state
from opnp.models import Classifier

_REMEDY = "Check its name, its options and the network; the log has the whole trace."
_SHOWN = 8
_FILES = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True)
class TimmClassifier(ClassifierSource):
    """A table with `source = "timm"`.

    Attributes:
        model: Its name, for example resnet50.a1_in1k; `hf-hub:owner/name` for a timm model of anybody on the
            Hugging Face Hub, `local-dir:folder` for one that `timm.models.save_for_hf` wrote.
        path: One's own file of weights for it; the published weights if not given.
        classes: Their number for one's own file, their names, or a file with one name a line; the published
            names if not given.
        transform: That of the published weights if not given.
    """

    model: str
    path: str = ""
    classes: int | str | tuple[str, ...] = 0
    transform: TransformTable | None = None

    def load(self, place: Place) -> Classifier:
        """Load the classifier."""
        require_present(self.missing(place))
        import_torchvision()
        import timm

        folder = timm_folder(self.model, place)
        names = class_names(self.classes, place)
        options: dict[str, Any] = {"pretrained": not self.path}
        if self.path:
            count = len(names) if names is not None else self.classes
            options |= {"num_classes": count} if count else {}
        elif folder is None:
            options |= self._cached_weights()
        with foreign(f"timm to build {self.model}", _REMEDY):
            model: nn.Module = timm.create_model(folder.local_name if folder else self.model, **options)
        self._require_head(model)
        if self.path:
            file = require_file(self.path, place)
            load_into(model, read_state(file), file.name)
        elif names is None and not self.classes:
            is_timms = folder is None or folder.is_timms
            names = published_names(getattr(model, "pretrained_cfg", {}), imagenet=is_timms)
        transform = self.transform.build(place) if self.transform else _default_transform(model)
        key = f"timm {timm.__version__} {transform.name}"
        key += f" {folder.settings_key()}" if folder else ""
        classifier = built(model, transform, key, names, place)
        return classifier if self.path else require_count(classifier, self.classes, place)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the package itself, or the weights, where they are not here."""
        if importlib.util.find_spec("timm") is None:
            what = "Expected the package timm but it is not installed."
            return (Missing(what, "Run `pip install 'opnp[timm]'`."),)
        own = missing_file(self.path, place) if self.path else ()
        folder = timm_folder(self.model, place)
        if folder is not None:
            return (*folder.missing(), *own)
        self._require_known(place)
        return own if self.path else self._missing_weights(place)

    def fetch(self, place: Place) -> None:
        """Download the published weights."""
        if importlib.util.find_spec("timm") is None:
            return
        folder = timm_folder(self.model, place)
        if folder is not None:
            folder.fetch()
        elif not self.path:
            import_torchvision()
            import timm

            self._require_known(place)
            with foreign(f"timm to download {self.model}", _REMEDY):
                timm.create_model(self.model, pretrained=True)

    def _require_head(self, model: nn.Module) -> None:
        if getattr(model, "num_classes", None) == 0:
            raise UnsupportedModelError(
                f"Expected timm's {self.model} to be a classifier but it is a backbone, whose weights have "
                "no last layer. Choose weights that were fine-tuned (with a tag like in1k), or give "
                "`path` and `classes`."
            )

    def _require_known(self, place: Place) -> None:
        import_torchvision()
        import timm

        name, _, tag = self.model.partition(".")
        if timm.is_model(name):
            tags = list(timm.list_pretrained(f"{name}.*")) if tag and not self.path else []
            if tags and self.model not in tags:
                expected = f"one of timm's weights of {name}, {', '.join(map(repr, tags[:_SHOWN]))}"
                raise place.wrong("model", expected, repr(self.model), closest(self.model, tags))
            return
        suggestion = closest(name, timm.list_models())
        remedy = f"`timm.list_models()` lists them; the installed timm is {timm.__version__}."
        raise place.wrong("model", "a model of timm", repr(self.model), f"{suggestion} {remedy}".strip())

    def _missing_weights(self, place: Place) -> tuple[Missing, ...]:
        if self._cached_weights():
            return ()
        what = f"Expected the weights of timm's {self.model} in the cache but they are not there."
        return (Missing(what, place.command),)

    def _cached_weights(self) -> dict[str, Any]:
        """Return the option with which timm reads the cached file of published weights; empty for none."""
        import timm
        from huggingface_hub import try_to_load_from_cache

        repository = timm.get_pretrained_cfg(self.model).hf_hub_id
        found = (try_to_load_from_cache(repository, name) for name in _FILES if repository)
        file = next((path for path in found if isinstance(path, str)), None)
        return {} if file is None else {"pretrained_cfg_overlay": {"file": file}}


def _default_transform(model: nn.Module) -> ModelTransform:
    from timm.data import create_transform, resolve_data_config

    config = resolve_data_config({}, model=model)
    words = f"{sorted((key, str(value)) for key, value in config.items())}"
    return ModelTransform("RGB", create_transform(**config), words)
