"""Parse the lines of an image list into paths and labels.

Lists come as `path`, `path 3`, `path -1`, `path,label`, with tabs, quotes, a heading, class names, and as
OpenOOD's `path {'label': 3, ...}`. What a file means is decided for the whole of it, by the reading under
which its images are there.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from opnp.errors import InvalidDataError
from opnp.experiments.sources.listing import suffixes

_LOOKED_AT = 64
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.0+)?")
_WITHIN = re.compile(r"""["']label["']\s*:\s*(-?[0-9]{1,9})\b""")
_PATHS = {
    "path",
    "file",
    "filename",
    "file_name",
    "filepath",
    "file_path",
    "image",
    "image_path",
    "img",
}
_LABELS = {"label", "labels", "class", "class_name", "classname", "target", "category", "label_name", "y"}

Line = tuple[str, str]
"""A path and its label, or nothing."""


@dataclass(frozen=True)
class Lines:
    """Parsed lines of an image list.

    Attributes:
        paths: As written, in its order.
        labels: What stands beside each; "" where nothing does.
    """

    paths: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numeric labels in their order; -1 for numbers below 0, which mean no label."""
        numeric = (label.partition(".")[0] for label in self.labels if _NUMBER.fullmatch(label))
        return tuple(max(-1, int(label)) for label in numeric)


def parsed(text: str, is_there: Callable[[str], bool]) -> Lines:
    r"""Read a list.

    Args:
        text: Of the file.
        is_there: Whether there is a file of that path.

    Returns:
        Paths and labels by the reading that finds the most files; the plainest one of several.

    Example:
        >>> parsed("a b.png 3\nc.png 0", lambda path: path.endswith(".png"))
        Lines(paths=('a b.png', 'c.png'), labels=('3', '0'))
    """
    rows = [line.strip() for line in text.splitlines()]
    rows = [row for row in rows if row and not (row.startswith("#") and not is_there(_first(row)))]
    if not rows:
        return Lines((), ())
    readings = [read for read in _readings(rows, is_there) if read]
    best = max(readings, key=lambda lines: _there(lines, is_there))  # the first of equals
    if not _there(best, is_there):
        turned = [[(path.replace("\\", "/"), label) for path, label in lines] for lines in readings]
        best_turned = max(turned, key=lambda lines: _there(lines, is_there))
        best = best_turned if _there(best_turned, is_there) else best
    return Lines(tuple(path for path, _ in best), tuple(_plain(label) for _, label in best))


def _plain(label: str) -> str:
    """Return the label alone of a dictionary that older lists of OpenOOD have in its place.

    Example:
        >>> _plain("{'label': 3, 'coarse_label': 1}"), _plain("3")
        ('3', '3')
    """
    within = _WITHIN.search(label) if label.startswith("{") else None
    return within[1] if within else label


def _first(row: str) -> str:
    return _after_suffix(row)[0]


def _there(lines: Sequence[Line], is_there: Callable[[str], bool]) -> int:
    step = max(1, len(lines) // _LOOKED_AT)
    return sum(is_there(path) for path, _ in lines[::step])


def _readings(rows: list[str], is_there: Callable[[str], bool]) -> Iterator[list[Line]]:
    for delimiter in ("\t", ",", ";"):
        if all(delimiter in row for row in rows):
            yield _columns(rows, delimiter, is_there)
    yield [_after_suffix(row) for row in rows]
    spaced = [_last_word(row) for row in rows]
    if all(_NUMBER.fullmatch(label) for _, label in spaced):
        yield spaced
    yield [(_unquoted(row), "") for row in rows]


def _columns(rows: list[str], delimiter: str, is_there: Callable[[str], bool]) -> list[Line]:
    """Return the columns of a table; none where its rows differ in length."""
    try:
        table = [[cell.strip() for cell in row] for row in csv.reader(rows, delimiter=delimiter, strict=True)]
    except csv.Error:
        return []
    width = len(table[0])
    if any(len(row) != width for row in table):
        return []
    heading = [cell.lower() for cell in table[0]]
    path, label = (next((i for i, c in enumerate(heading) if c in kind), None) for kind in (_PATHS, _LABELS))
    if path is not None and not is_there(table[0][path]):
        return [(row[path], "" if label is None else row[label]) for row in table[1:]]
    return [(row[0], row[1]) for row in table] if width == 2 else []


def _after_suffix(row: str) -> Line:
    """Split after the first image suffix that a space or the line's end follows."""
    if row[0] in "\"'" and row.find(row[0], 1) > 0:
        path, _, label = row[1:].partition(row[0])
        return path, label.strip(" \t,;")
    match = re.match(rf"(.*?(?:{_endings()}))(?:\s+(.*))?$", row, re.IGNORECASE)
    return (match[1], match[2] or "") if match else (row, "")


def _endings() -> str:
    return "|".join(re.escape(suffix) for suffix in sorted(suffixes()))


def _last_word(row: str) -> Line:
    path, _, label = row.rpartition(" ")
    return (_unquoted(path.strip()), label) if path else (row, "")


def _unquoted(row: str) -> str:
    return row[1:-1] if len(row) > 1 and row[0] == row[-1] and row[0] in "\"'" else row


def require_some_there(lines: Lines, is_there: Callable[[str], bool], list_name: str, root_name: str) -> None:
    """Check that at least one file of the list exists.

    Raises:
        InvalidDataError: If none is.
    """
    if any(map(is_there, lines.paths)):
        return
    raise InvalidDataError(
        f"Expected the images of the list {list_name} below {root_name} but none of its "
        f"{len(lines.paths):,} files is there; the first one tried is {lines.paths[0]!r}. Mend the paths in "
        "it, or name the folder that they start from as `root`."
    )
