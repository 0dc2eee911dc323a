"""Columns of images and of labels in a data set of Hugging Face, and its rows as images and labels."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from opnp.data.decode import ON_DISK, OWN_FORMATS, read_image
from opnp.data.image_set import NO_LABEL, Labels
from opnp.errors import InvalidDataError, UnreadableImageError
from opnp.experiments.sources.files import MAX_BYTES, MAX_PIXELS
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.typed_table import closest

_LABELS = ("label", "labels", "cls", "class", "target")


@dataclass(frozen=True, eq=False)
class RowImages:
    """Images in the rows of a data set, decoded as safely as an upload.

    Attributes:
        rows: A Dataset of the one column of images, as bytes.
        column: Its name.
        labels: Of each row, or None for none.
        roots: Folders that a row may name a file in; what lies there is part of the set's identity.
    """

    rows: Any
    column: str
    labels: npt.NDArray[np.int64] | None
    roots: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        """Return one image, upright, RGB or L.

        Raises:
            UnreadableImageError: If it is broken; the message says how.
            OSError: If its file cannot be read at all.
        """
        data, name = self._data(self.rows[index][self.column], index)
        read = read_image(
            data,
            name=name,
            max_pixels=MAX_PIXELS,
            max_bytes=MAX_BYTES,
            formats=OWN_FORMATS,
            remedy=ON_DISK,
        )
        return read.image, NO_LABEL if self.labels is None else int(self.labels[index])

    def _data(self, cell: Any, index: int) -> tuple[bytes, str]:  # noqa: ANN401 - bytes or a dict, as stored
        """Return the bytes of a cell, empty where it holds none, and a name."""
        held = {"bytes": cell} if isinstance(cell, bytes) else cell or {}
        name = str(held.get("path") or f"image {index}")
        if held.get("bytes") is not None:
            return held["bytes"], name
        path = Path(os.path.normpath(name))
        if held.get("path") and not any(map(path.is_relative_to, self.roots)):
            reason = f"“{path.name}” is named in the table but does not lie in it, and is not read"
            raise UnreadableImageError(reason, "store its bytes, or give the folder as `path`")
        return (path.read_bytes() if held.get("path") else b""), name


def image_column(features: Any, named: str, place: Place, shown: str) -> str:  # noqa: ANN401
    """Return the column of images: the one named in the table, else the only one there is.

    Raises:
        InvalidDataError: If there is none, or several and none is named.
        InvalidSettingError: If the one named is not there, or holds no images.
    """
    found: list[str] = [name for name, feature in features.items() if _holds_images(feature)]
    binary = [name for name, feature in features.items() if _dtype(feature) in ("binary", "large_binary")]
    if named:
        _require_column(named, features, "image_column", place)
        if named not in (*found, *binary):
            expected = f"a column of images ({_listed(found or binary) or 'there is none'})"
            raise place.wrong("image_column", expected, repr(named))
        return named
    if len(found) == 1:
        return found[0]
    reason = f"it has {len(found)}, {_listed(found)}" if found else f"its columns are {_listed(features)}"
    raise InvalidDataError(
        f"Expected one column of images in {shown} but {reason}. "
        + ("Name one" if found or binary else "Use another data set, or name its column of image files")
        + " as `image_column`."
    )


def label_column(features: Any, named: str, place: Place, shown: str) -> str:  # noqa: ANN401
    """Return the column of labels, empty for none: the one named, else the only ClassLabel, else by its name.

    Raises:
        InvalidDataError: If labels are needed and nobody can tell which column has them.
        InvalidSettingError: If the one named is not there, or holds no classes.
    """
    classes: list[str] = [
        name for name, feature in features.items() if type(feature).__name__ == "ClassLabel"
    ]
    plain = [name for name, feature in features.items() if _is_plain_label(feature)]
    if named:
        _require_column(named, features, "label_column", place)
        if named not in (*classes, *plain):
            expected = "a column of classes (names or whole numbers)"
            raise place.wrong("label_column", expected, repr(named))
        return named
    likely = classes or [name for name in plain if name.lower() in _LABELS]
    if len(likely) == 1:
        return likely[0]
    if not place.labelled:
        return ""
    reason = f"it has {len(likely)}, {_listed(likely)}" if likely else f"its columns are {_listed(features)}"
    raise InvalidDataError(
        f"Expected one column of labels in {shown}, since {place.section} needs them, but {reason}. Name one "
        "as `label_column`."
    )


def labels_of(dataset: Any, column: str) -> Labels:  # noqa: ANN401
    """Return the labels in a column, with the names of the classes where it has names."""
    import pyarrow.compute

    feature = dataset.features[column]
    held = dataset.select_columns([column]).with_format("arrow")[:].column(column)
    if _dtype(feature) in ("string", "large_string"):
        texts = np.array([text or "" for text in held.to_pylist()], dtype=object)
        names = tuple(sorted(set(texts) - {""}))
        index = {name: number for number, name in enumerate(names)}
        return Labels(np.array([index.get(text, NO_LABEL) for text in texts], dtype=np.int64), names)
    values = pyarrow.compute.fill_null(pyarrow.compute.cast(held, "int64"), NO_LABEL).to_numpy()
    names = tuple(map(str, getattr(feature, "names", None) or ()))
    chosen = list(names) != sorted(names)  # a sorted list is nobody's order
    return Labels(np.array(values, dtype=np.int64), names, ordered=chosen)


def as_bytes(dataset: Any, column: str) -> Any:  # noqa: ANN401
    """Return the data set with the one column of images, whose cells stay bytes."""
    import datasets

    rows = dataset.with_format(None).select_columns([column])
    if type(dataset.features[column]).__name__ == "Image":
        rows = rows.cast_column(column, datasets.Image(decode=False))
    return rows


def _holds_images(feature: Any) -> bool:  # noqa: ANN401
    """Return whether a column holds images: by its type, or as bytes beside a path, as Parquet keeps them."""
    if isinstance(feature, dict):
        return set(feature) == {"bytes", "path"}
    return type(feature).__name__ == "Image"


def _is_plain_label(feature: Any) -> bool:  # noqa: ANN401
    kind = _dtype(feature)
    return kind in ("string", "large_string", "bool") or kind.startswith(("int", "uint"))


def _dtype(feature: Any) -> str:  # noqa: ANN401
    return str(getattr(feature, "dtype", "")) if type(feature).__name__ == "Value" else ""


def _require_column(name: str, features: Iterable[str], key: str, place: Place) -> None:
    if name not in features:
        raise place.wrong(
            key, f"one of the columns {_listed(features)}", repr(name), closest(name, list(features))
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
