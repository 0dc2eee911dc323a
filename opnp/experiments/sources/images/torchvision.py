"""Source `torchvision`: torchvision's data sets of classified images, by name."""

import inspect
import logging
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from opnp._utils.torchvision import import_torchvision
from opnp.data.image_set import NO_LABEL, LabelledImages, Labels, Missing, content_identity, require_present
from opnp.errors import InvalidDataError, MissingDataError
from opnp.experiments.sources.base import ImageSource
from opnp.experiments.sources.files import files_identity
from opnp.experiments.sources.images.folder import missing_folder
from opnp.experiments.sources.images.torchvision_files import known_files, wrong_files
from opnp.experiments.sources.table_location import Place, data_folder
from opnp.experiments.sources.typed_table import one_of

_log = logging.getLogger("opnp.experiments.sources")

NAMES = (
    *(
        "CIFAR10",
        "CIFAR100",
        "SVHN",
        "DTD",
        "Places365",
        "FashionMNIST",
        "MNIST",
        "KMNIST",
        "EMNIST",
        "QMNIST",
    ),
    *("USPS", "ImageNet", "Imagenette", "STL10", "Food101", "Flowers102", "OxfordIIITPet", "GTSRB"),
    *("FGVCAircraft", "StanfordCars", "EuroSAT", "SUN397", "Caltech101", "Caltech256", "Country211"),
    *("RenderedSST2", "PCAM", "INaturalist", "SEMEION"),
)
BY_HAND = ("ImageNet", "StanfordCars")
"""What torchvision cannot download, any more."""
_TRANSPOSED = ("EMNIST",)  # its files hold columns first
_RESERVED = {"root", "train", "transform", "target_transform", "transforms", "download", "loader"}


@dataclass(frozen=True, eq=False)
class _Images:
    data: Any
    transposed: bool

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        image, label = self.data[index]
        upright = image.transpose(Image.Transpose.TRANSPOSE) if self.transposed else image
        return upright, int(label) if isinstance(label, int | np.integer) else NO_LABEL


@dataclass(frozen=True)
class TorchvisionImages(ImageSource):
    """A table with `source = "torchvision"`.

    Attributes:
        name: Of the class in torchvision.datasets, for example CIFAR10.
        split: train or test, or what that class calls its splits.
        root: Folder that torchvision keeps it in; the data folder (OPNP_DATA) if not given.
        options: Further arguments of that class, for example `{partition = 1}` of DTD.
    """

    name: str
    split: str = ""
    root: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def open(self, place: Place) -> LabelledImages:
        """Open the images, as torchvision decodes them, upright."""
        require_present(self.missing(place))
        return _Images(self._made(place), self.name in _TRANSPOSED)

    def identity(self, place: Place) -> str:
        """Identify by name, split, options and torchvision's checksums, or the files' sizes and times."""
        files = self._files(place)
        words = [self.name, self.split, str(sorted(self.options.items()))]
        if files is not None and all(md5 for _, md5 in files):
            return content_identity(*words, *(str(md5) for _, md5 in files))
        root = self._root(place)
        paths = [path for path, _ in files] if files is not None else sorted(root.rglob("*"))
        return files_identity(paths, root, *words)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return files that fail torchvision's own check; each is hashed once and then remembered."""
        if self.name != "ImageNet" and not self._root(place).is_dir():
            return (self._absent(place),)  # without asking torchvision, whose import takes a second
        files = self._files(place)
        if self.name == "ImageNet":
            return missing_folder(str(Path(self.root) / self.split), place)
        try:
            whole = not wrong_files(files) if files is not None else self._is_accepted(place)
        except MissingDataError:
            whole = False
        return () if whole else (self._absent(place),)

    def labels(self, place: Place) -> Labels | None:
        """Return torchvision's own numbers, with its names for them."""
        kind = self._class(place)
        names = vars(kind).get("classes")  # of the class where it can be, since opening may take seconds
        if not isinstance(names, list | tuple):
            require_present(self.missing(place))
            names = _class_names(kind, str(self._root(place)), tuple(sorted(self._arguments(place).items())))
        return Labels(None, tuple(map(_first, names)), ordered=True)

    def fetch(self, place: Place) -> None:
        """Download the data set with torchvision."""
        if self.missing(place) and self._downloads:
            try:
                self._class(place)(str(self._root(place)), download=True, **self._arguments(place))
            except Exception as error:
                _log.exception("Downloading %s failed", self.name)
                raise InvalidDataError(
                    f"Expected torchvision to download {self.name} but it failed with "
                    f"{type(error).__name__}. Check the network and the disk and try again, or get it by "
                    "hand (docs/datasets.md)."
                ) from error

    def _absent(self, place: Place) -> Missing:
        split = f" ({self.split})" if self.split else ""
        what = (
            f"Expected {self.name}{split} of torchvision in the data folder but the whole of it is not there."
        )
        by_hand = place.remedy("Get it by hand, see docs/datasets.md.")
        return Missing(what, place.command if self._downloads else by_hand)

    def _root(self, place: Place) -> Path:
        return place.resolve(self.root) if self.root else data_folder()

    def _class(self, place: Place) -> Any:  # noqa: ANN401 - torchvision has no types
        return getattr(import_torchvision().datasets, one_of("name", self.name, NAMES, place))

    @property
    def _downloads(self) -> bool:
        return self.name not in BY_HAND

    def _arguments(self, place: Place) -> dict[str, Any]:
        """Return the arguments of the data set's class beside root and download."""
        names = _parameters(self._class(place))
        allowed = sorted(names - _RESERVED - ({"split"} if "train" not in names else set()))
        for option in self.options:
            one_of("options", option, allowed, place)
        if "train" in names:
            train = one_of("split", self.split, ("train", "test"), place) == "train"
            letters = {"split": "letters"} if self.name == "EMNIST" else {}
            return {**letters, **self.options, "train": train}
        if "split" in names:
            return {**self.options, **({"split": self.split} if self.split else {})}
        if self.split:
            raise place.wrong("split", "left out", repr(self.split), f"{self.name} is one set.")
        return dict(self.options)

    def _files(self, place: Place) -> list[tuple[Path, str | None]] | None:
        return known_files(self._class(place), self._root(place), self._arguments(place))

    def _is_accepted(self, place: Place) -> bool:
        arguments = self._arguments(place)
        return _accepted(self._class(place), str(self._root(place)), tuple(sorted(arguments.items())))

    def _made(self, place: Place) -> Any:  # noqa: ANN401
        return _made(self._class(place), str(self._root(place)), self._arguments(place))


def _parameters(kind: Any) -> set[str]:  # noqa: ANN401
    """Return the parameters of a class and, where it passes **kwargs on, of its base classes."""
    names: set[str] = set()
    for base in kind.__mro__:
        if "__init__" in vars(base):
            parameters = inspect.signature(base.__init__).parameters
            names |= {name for name, p in parameters.items() if p.kind is not p.VAR_KEYWORD} - {"self"}
            if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
                break
    return names


def _first(name: object) -> str:
    """Return a class's name; the first where it has several, as those of ImageNet."""
    return str(name[0] if isinstance(name, tuple | list) and name else name)


@cache
def _class_names(kind: Any, root: str, arguments: tuple[tuple[str, Any], ...]) -> tuple[Any, ...]:  # noqa: ANN401
    return tuple(getattr(_made(kind, root, dict(arguments)), "classes", ()))


@cache
def _accepted(kind: Any, root: str, arguments: tuple[tuple[str, Any], ...]) -> bool:  # noqa: ANN401
    _made(kind, root, dict(arguments))  # an error is not remembered: the data may come
    return True


def _made(kind: Any, root: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
    offline = {"download": False} if "download" in _parameters(kind) else {}  # one downloads by default
    try:
        return kind(root, **arguments, **offline)
    except (RuntimeError, FileNotFoundError, NotADirectoryError):
        raise MissingDataError(
            f"Expected {kind.__name__} of torchvision in the data folder but torchvision does not find the "
            "whole of it there. Get it again (docs/datasets.md)."
        ) from None
    except Exception as error:
        _log.exception("Opening %s failed", kind.__name__)
        raise InvalidDataError(
            f"Expected {kind.__name__} of torchvision to open with {arguments} but it failed with "
            f"{type(error).__name__}. Check `split` and `options`; if they are right its files are damaged, "
            "so get them again (docs/datasets.md)."
        ) from error
