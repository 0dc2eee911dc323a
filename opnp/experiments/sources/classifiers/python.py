"""Classifier that a user's function builds: `package.module:factory` or `path/file.py:factory`.

This runs the code that the experiment file names, so only files that the person who runs the dashboard has
written or read are opened; nothing that a visitor sends ever gets here.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec

from torch import nn

from opnp._utils.torchvision import prepare_torchvision
from opnp.data.image_set import Missing
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.build import (
    built,
    class_names,
    missing_file,
    proven,
    require_count,
    require_file,
)
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.transform import TransformTable
from opnp.experiments.sources.weights.load import load_into, read_state
from opnp.models import Classifier
from opnp.user_code import OwnCode


@dataclass(frozen=True)
class PythonClassifier(ClassifierSource):
    """A table with `source = "python"`.

    Attributes:
        factory: `package.module:function` or `path/file.py:function`. The function takes no argument
            and gives a torch.nn.Module, or a pair of it and its transform (PIL image to tensor), or a
            Classifier.
        weights: A .safetensors, .pth or .pt file for the module; none if the function has loaded them.
        classes: Names in the order of the logits, or a file with one name a line.
        transform: Needed if the function does not give one.
    """

    factory: str
    weights: str = ""
    classes: int | str | tuple[str, ...] = 0
    transform: TransformTable | None = None

    def load(self, place: Place) -> Classifier:
        """Load the classifier."""
        prepare_torchvision()
        code, factory = self._factory(place)
        made = code.call(factory, self.factory)
        if isinstance(made, Classifier):
            with code.active():
                classifier = proven(made, place)
            return replace(classifier, transform_id=f"{classifier.transform_id} {code.key()}")
        model, transform = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
        if not isinstance(model, nn.Module):
            got = type(model).__name__
            raise place.wrong(
                "factory",
                "a function that gives a torch.nn.Module",
                got,
                "Return the model, or (model, transform).",
            )
        if self.weights:
            file = require_file(self.weights, place)
            load_into(model, read_state(file), file.name)
        if self.transform is not None:
            transform = self.transform.build(place)
        if transform is None:
            raise place.wrong(
                "transform", "a table", "nothing", "Add [classifier.transform], or return (model, transform)."
            )
        with code.active():  # so that what the transform reads when it runs is noted too
            classifier = built(model, transform, "", class_names(self.classes, place), place)
        require_count(classifier, self.classes, place)
        kind = classifier.transform_id  # of picture, where the transform left that to be found out
        return replace(classifier, transform_id=f"python {self.factory} {code.key()} {self.transform}{kind}")

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the file of the code, if there is one, and the weights, where they are not here."""
        source = self.factory.rpartition(":")[0]
        files = [path for path in (source if source.endswith(".py") else "", self.weights) if path]
        return tuple(thing for path in files for thing in missing_file(path, place))

    def _factory(self, place: Place) -> tuple[OwnCode, Callable[[], object]]:
        """Return the function, and the code that it belongs to."""
        source, _, name = self.factory.rpartition(":")
        if not source or not name.isidentifier():
            raise place.wrong(
                "factory", "`package.module:function` or `path/file.py:function`", repr(self.factory)
            )
        if source.endswith(".py"):
            file = require_file(source, place)
            code = OwnCode(file.parent)
            module = code.load(file)
        else:
            self._require_no_file(source, name, place)
            code = OwnCode()
            module = code.find(source)
        factory = getattr(module, name, None)
        if not callable(factory):
            raise place.wrong("factory", f"a function of {source}", f"no function {name!r}", "Mend its name.")
        return code, factory

    def _require_no_file(self, source: str, name: str, place: Place) -> None:
        """Refuse a module that Python does not find but that is a file beside the experiment's."""
        path = f"{source.replace('.', '/')}.py"
        top = source.partition(".")[0]
        known = top in sys.modules or (top and find_spec(top) is not None)
        if not known and place.resolve(path).is_file():
            raise place.wrong(
                "factory",
                "a module that Python finds, or a file",
                f"{source!r}, which it does not find",
                f"Write `{path}:{name}` for the file there.",
            )
