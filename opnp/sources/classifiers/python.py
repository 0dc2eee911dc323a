"""A model that a function of one's own builds: `package.module:factory` or `path/file.py:factory`.

This runs the code that the experiment file names, so only files that the person who runs the dashboard has
written or read are opened; nothing that a visitor sends ever gets here.
"""

import importlib
import importlib.util
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from torch import nn

from opnp.datasets import Missing, content_identity
from opnp.errors import InvalidDataError, OpnpError
from opnp.models import Classifier
from opnp.sources.base import ClassifierSource
from opnp.sources.build import built, class_names, missing_file, proven, require_file
from opnp.sources.place import Place
from opnp.sources.transform import TransformTable
from opnp.sources.weights import load_into, read_state

_T = TypeVar("_T")
_log = logging.getLogger("opnp.sources")


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
        """The classifier."""
        factory, code = self._factory(place)
        made = called(factory, self.factory)
        if isinstance(made, Classifier):
            return proven(made, place)
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
        name = f"python {self.factory} {code} {self.transform}"
        return built(model, transform, name, class_names(self.classes, place), place)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """The file of the code, if there is one, and the weights."""
        source = self.factory.rpartition(":")[0]
        files = [path for path in (source if source.endswith(".py") else "", self.weights) if path]
        return tuple(thing for path in files for thing in missing_file(path, place))

    def _factory(self, place: Place) -> tuple[Callable[[], object], str]:
        """The function, and a hash of the file it is in."""
        source, _, name = self.factory.rpartition(":")
        if not source or not name.isidentifier():
            raise place.wrong(
                "factory", "`package.module:function` or `path/file.py:function`", repr(self.factory)
            )
        if source.endswith(".py"):
            module = _from_file(require_file(source, place))
        else:
            module = called(lambda: importlib.import_module(source), source)
        factory = getattr(module, name, None)
        if not callable(factory):
            raise place.wrong("factory", f"a function of {source}", f"no function {name!r}", "Mend its name.")
        file = getattr(module, "__file__", None)
        return factory, content_identity(Path(file).read_bytes() if file else "")


def called(function: Callable[[], _T], name: str) -> _T:
    """What foreign code gives; what it raises becomes one sentence, and its trace goes to the log.

    Raises:
        InvalidDataError: If it raises anything; our own errors pass.
    """
    try:
        return function()
    except OpnpError:
        raise
    except Exception as error:
        _log.exception("%s failed", name)
        raise InvalidDataError(
            f"Expected `{name}` to run but it raised {type(error).__name__}. The log has its trace; mend the "
            "code."
        ) from error


def _from_file(path: Path) -> ModuleType:
    """The module in a file, with the file's folder on the path while it is imported."""
    name = f"opnp_factory_{content_identity(str(path.resolve()))[:16]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InvalidDataError(f"Expected `{path.name}` to be a Python file. Rename it to end in .py.")
    module = importlib.util.module_from_spec(spec)
    loader = spec.loader
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    try:
        called(lambda: loader.exec_module(module), path.name)
    finally:
        sys.path.remove(str(path.parent))
    return module
