"""Read the features and labels of one set from named arrays of whatever framework."""

import difflib
from pathlib import Path

import torch

from opnp.data.image_set import NO_LABEL
from opnp.errors import InvalidDataError
from opnp.experiments.sources.arrays import array_names, read_array, read_names, read_numerals

_OTHER_WORDS = ("label", "target", "targets", "y", "class", "classes")
_LARGEST = torch.finfo(torch.float32).max


def read_features(file: Path, prefix: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Read features (N, D) float32 and labels (N,) int64 of one set; all -1 where the file has no labels.

    Labels may be whole numbers of any type, in a column or one-hot; of names, the number of each in their
    sorted order is given (`read_names` gives the names).

    Raises:
        InvalidDataError: If an array is missing, of another shape, or not finite; it is named, and so is the
            row.
    """
    name = f"{prefix}_features"
    features = read_array(file, name)
    if features.ndim != 2 or 0 in features.shape:
        flat = f" `{name}.reshape(len({name}), -1)` gives that." if features.ndim > 2 else ""
        raise InvalidDataError(
            f"Expected `{name}` in `{file.name}` to be numbers of shape (samples, features) but "
            f"got {features.dtype} {tuple(features.shape)}. Save what enters the last linear layer.{flat}"
        )
    features = as_float(file, name, features)
    return features, _labels(file, prefix, len(features))


def as_float(file: Path, name: str, values: torch.Tensor) -> torch.Tensor:
    """Convert values to float32 and check that every one is finite.

    Raises:
        InvalidDataError: If one is not, or is too large; the array, the row and the value are named.
    """
    as_float32 = values.float().contiguous()
    finite = as_float32.isfinite()
    if bool(finite.all()):
        return as_float32
    index = tuple(int(i) for i in (~finite).nonzero()[0])
    value = float(values[index])
    where = f"row {index[0]}" + (f", column {index[1]}" if len(index) > 1 else "")
    remedy = "Mend or leave out that row, and save again."
    if abs(value) > _LARGEST and value not in (float("inf"), float("-inf")):
        remedy = "float32 ends at 3.4e38: scale the values."
    raise InvalidDataError(
        f"Expected `{name}` in `{file.name}` to be finite but {where} is {value:g}. {remedy}"
    )


def _labels(file: Path, prefix: str, count: int) -> torch.Tensor:
    name = f"{prefix}_labels"
    names = array_names(file)
    if name not in names:
        _require_no_other_spelling(file, prefix, names)
        return torch.full((count,), NO_LABEL, dtype=torch.int64)
    texts, numbers = read_names(file, name)
    labels = numbers if texts else read_numerals(file, name)
    column = labels.flatten() if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if column.ndim == 2:
        column = _of_one_hot(file, name, column, count)
    if tuple(column.shape) != (count,):
        raise InvalidDataError(
            f"Expected `{name}` in `{file.name}` to be {count} whole numbers, one for each row of "
            f"`{prefix}_features`, but got {labels.dtype} {tuple(labels.shape)}. Save the class indices."
        )
    exact = column.double()
    invalid = (exact != exact.round()) | ~exact.isfinite()
    if bool(invalid.any()):
        row = int(invalid.nonzero()[0])
        raise InvalidDataError(
            f"Expected `{name}` in `{file.name}` to be whole numbers but row {row} is {float(exact[row]):g}. "
            "Save the class indices."
        )
    return column.long()


def _of_one_hot(file: Path, name: str, rows: torch.Tensor, count: int) -> torch.Tensor:
    ones = rows == 1
    if bool((ones | (rows == 0)).all()) and bool((ones.sum(dim=1) == 1).all()):
        return ones.int().argmax(dim=1)
    lying = len(rows) != count == rows.shape[1]
    indices = ".reshape(-1)" if 1 in rows.shape else ".argmax(0)" if lying else ".argmax(1)"
    raise InvalidDataError(
        f"Expected `{name}` in `{file.name}` to be whole numbers, one a sample, or one-hot rows, but got "
        f"{rows.dtype} {tuple(rows.shape)} with rows of other values. Save the class indices: `{indices}`."
    )


def _require_no_other_spelling(file: Path, prefix: str, names: list[str]) -> None:
    """Reject labels under a name close to the right one, which would otherwise be ignored."""
    others = [name for name in names if not name.endswith(("_features", "_labels"))]
    spelt = [f"{prefix}_{word}" for word in _OTHER_WORDS]
    similar = [name for name in others if name.lower() in (*spelt, f"{prefix}_labels".lower())]
    similar += difflib.get_close_matches(f"{prefix}_labels", others, n=1, cutoff=0.9)
    if similar:
        raise InvalidDataError(
            f"Expected the labels of `{prefix}_features` in `{file.name}` under the name `{prefix}_labels` "
            f"but there is `{similar[0]}`. Save them under that name, or leave it out."
        )
