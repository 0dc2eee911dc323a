"""Read an experiment file (TOML): checked to the last key when read, loaded when asked for."""

import re
import tomllib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from opnp.data.image_set import ImageSet
from opnp.data.role import Role
from opnp.errors import InvalidDataError, InvalidSettingError, OpnpError
from opnp.experiments.experiment import Experiment, covers_halves, nothing_to_fetch
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.changes import state_of
from opnp.experiments.sources.classifiers import CLASSIFIERS
from opnp.experiments.sources.classifiers.features_only import FeaturesOnly
from opnp.experiments.sources.probe_images import first_pictures
from opnp.experiments.sources.sets import FEATURES, OF_OOD, feature_set, image_set, read_set
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.text_files import decoded, not_printed, one_line, plain_bytes
from opnp.experiments.sources.typed_table import one_of, read, require_key, short, unknown_key

_TABLES = ("experiment", "classifier", "id", "ood")
_ID = ("train", "test")
_SHIFTED = "shifted"
_SHOWN = 64
_WHY: dict[type[Exception], str] = {
    OSError: "no plain file, or too long a name",
    FileNotFoundError: "no such file",
    IsADirectoryError: "a folder",
    PermissionError: "a file that may not be read",
    RecursionError: "tables or lists too deep in each other",
    ValueError: "a number of too many digits",
}
_MEND = "Mend it there."
AVERAGE = "average"
"""Stands for all OOD sets in tables of figures."""

Table = Mapping[str, Any]


@dataclass(frozen=True)
class _Heading:
    title: str
    key: str = ""
    description: str = ""


@dataclass(frozen=True)
class _ClassifierTable:
    source: str
    link: str = ""


def read_experiment(file: Path, text: str | None = None) -> Experiment:
    """Read the experiment that a TOML file describes, without loading or downloading anything.

    Args:
        file: Its paths start from its folder or from the data folder (OPNP_DATA).
        text: What it is going to hold, for a file that is not written yet.

    Returns:
        The experiment; `missing` says what of it is not on this machine.

    Raises:
        InvalidSettingError: If the file cannot be read, a key is unknown or missing, or a value is not one
            that it can have; the message names the file, the key, what was expected and what came.
    """
    place = Place(file)
    tables = _tables(place, text)
    heading = read(_Heading, _table(tables, "experiment", place), place.at("[experiment]"))
    key = heading.key or slug(file.stem)
    place = replace(place, experiment=require_key("key", key, place.at("[experiment]")))
    notes = () if heading.key or key == file.stem else (f"Its key {key!r} is made of its file's name.",)
    classifier, at = _classifier(_table(tables, "classifier", place), place.at("[classifier]"))
    file_of_features = classifier.path if isinstance(classifier, FeaturesOnly) else ""
    id_sets = _id_sets(tables, place, required=not file_of_features)
    described = [*id_sets, *_ood_sets(tables, place)]
    shifted = _shifted_sets(tables, place, {entry.key for entry in described})
    sets = [_read_image_set(entry, place, file_of_features) for entry in (*described, *shifted)]
    train, test, *others = (images for images, _ in sets)
    ood = tuple(others[: len(others) - len(shifted)])
    if not covers_halves(ood):
        role = ood[0].role
        raise place.at("[[ood]]").wrong(
            "role",
            f"a set to {'report' if role is Role.TUNE else 'tune'} on among the OOD sets",
            f"{str(role)!r} for all of them",
            "Give one another role, or leave `role` out: then one half is for each.",
        )
    at = replace(at, pictures=lambda: first_pictures((test, train, *ood)))

    def fetch() -> None:
        failures = []
        for download in (lambda: classifier.fetch(at), *(fetch_set for _, fetch_set in sets)):
            try:
                download()
            except OpnpError as error:  # what else there is comes all the same
                failures.append(error)
        if failures:
            raise failures[0]

    return Experiment(
        place.experiment,
        one_line(heading.title),
        heading.description,
        classifier=lambda: classifier.load(at),
        id_train=train,
        id_test=test,
        ood=ood,
        classifier_missing=lambda: classifier.missing(at),
        fetch=fetch,
        state=lambda: state_of(tables, place),
        notes=notes,
        shifted=tuple(others[len(ood) :]),
    )


@dataclass(frozen=True)
class _Set:
    """A set's table and location, its key, the prefix of its arrays in a file of features, its kind."""

    table: Table
    section: str
    key: str
    prefix: str
    is_ood: bool = False

    @property
    def is_test(self) -> bool:
        """Whether it is an ID set that needs labels."""
        return not self.is_ood and self.key != _ID[0]


def _classifier(table: Table, place: Place) -> tuple[ClassifierSource, Place]:
    names = [field.name for field in fields(_ClassifierTable)]
    common = read(_ClassifierTable, {key: table[key] for key in names if key in table}, place)
    kind = CLASSIFIERS[one_of("source", common.source, CLASSIFIERS, place)]
    rest = {key: value for key, value in table.items() if key not in names}
    return read(kind, rest, place, other_keys=names), replace(place, link=common.link)


def _read_image_set(entry: _Set, place: Place, file_of_features: str) -> tuple[ImageSet, Callable[[], None]]:
    """Return the set, and the function that downloads it."""
    place = replace(place.at(entry.section), labelled=entry.is_test)
    default = (
        {"source": FEATURES, "path": file_of_features, "prefix": entry.prefix} if file_of_features else {}
    )
    for key in OF_OOD:
        if key in entry.table and not entry.is_ood:
            raise place.wrong(key, "left out", "it", "It belongs to OOD sets.")
    settings, rest = read_set({**default, "key": entry.key, **entry.table}, place)
    if (settings.source == FEATURES) != bool(file_of_features):
        raise place.wrong(
            "source",
            "'features' for all sets and the classifier, or for none",
            repr(settings.source),
            "Features and images cannot be mixed.",
        )
    if file_of_features:
        return feature_set(settings, rest, place), nothing_to_fetch
    images, source = image_set(settings, rest, place)
    return images, lambda: source.fetch(place)


def _id_sets(tables: Table, place: Place, *, required: bool) -> list[_Set]:
    sections = _table(tables, "id", place, required=required)
    for name in sections:
        if name not in (*_ID, _SHIFTED):
            raise unknown_key(name, (*_ID, _SHIFTED), place.at("[id]"))
    named_tables = [(name, _table(sections, name, place, "id.", required=required)) for name in _ID]
    for name, table in named_tables:
        if "key" in table:
            raise place.at(f"[id.{name}]").wrong("key", "left out", short(table["key"]), f"It is {name!r}.")
    return [
        _Set({"title": f"ID {name}", **table}, f"[id.{name}]", name, f"id_{name}")
        for name, table in named_tables
    ]


def _tables(place: Place, text: str | None) -> dict[str, Any]:
    try:
        tables = tomllib.loads(decoded(plain_bytes(place.file), place.file.name) if text is None else text)
    except InvalidDataError as error:
        raise InvalidSettingError(str(error)) from None
    except (OSError, ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else _WHY.get(type(error))
        raise InvalidSettingError(
            f"Expected {place.file.name[:_SHOWN]} to be a TOML file that can be read but got: "
            f"{reason or type(error).__name__}. {'Check its path.' if isinstance(error, OSError) else _MEND}"
        ) from None
    _require_plain(tables, place)
    for name in tables:
        if name not in _TABLES:
            raise unknown_key(name, _TABLES, place.at("the top level"))
    return tables


def _require_plain(tables: Table, place: Place) -> None:
    """Check that every number has at most 64 bits, as TOML has them, and no text or key steers a terminal."""
    waiting: list[tuple[str, object]] = list(tables.items())
    while waiting:
        key, value = waiting.pop()
        if not_printed(key):
            escaped = key.encode("unicode_escape").decode()
            raise place.wrong(escaped[:_SHOWN], "a key of letters", not_printed(key), "Take it out.")
        if isinstance(value, dict):
            waiting += value.items()
        elif isinstance(value, list):
            waiting += [(key, item) for item in value]
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise place.wrong(key, "a whole number of at most 64 bits", short(value))
        elif isinstance(value, str) and not_printed(value):
            raise place.wrong(key, "text", f"{not_printed(value)} in it", "Take it out.")


def _table(tables: Table, name: str, place: Place, above: str = "", *, required: bool = True) -> Table:
    table = tables.get(name, None if required else {})
    if not isinstance(table, dict):
        got = "nothing" if table is None else short(table)
        raise InvalidSettingError(
            f"Expected a table [{above}{name}] in {place.file.name} but got {got}. docs/experiments.md shows "
            "one."
        )
    return table


def _ood_sets(tables: Table, place: Place) -> list[_Set]:
    sets = tables.get("ood")
    if not isinstance(sets, list) or not sets:
        raise InvalidSettingError(
            f"Expected at least one table [[ood]] in {place.file.name} but got "
            f"{short(sets) if sets else 'none'}. Add one for each OOD set; docs/experiments.md shows how."
        )
    return [
        _Set(table, f"[[ood]] {key}", key, f"ood_{key}", is_ood=True)
        for key, table in _keyed(sets, "[[ood]]", place, taken=_ID)
    ]


def _shifted_sets(tables: Table, place: Place, taken: Container[str]) -> list[_Set]:
    sets = _table(tables, "id", place, required=False).get(_SHIFTED, [])
    if not isinstance(sets, list):
        raise place.at("[id]").wrong(_SHIFTED, "tables [[id.shifted]]", short(sets))
    return [
        _Set(table, f"[[id.shifted]] {key}", key, f"id_{key}")
        for key, table in _keyed(sets, "[[id.shifted]]", place, taken=taken)
    ]


def _keyed(
    sets: Sequence[object], section: str, place: Place, *, taken: Container[str]
) -> Iterator[tuple[str, Table]]:
    """Yield tables with their keys, each another one than those before it and those taken."""
    seen: set[str] = set()
    for number, table in enumerate(sets, start=1):
        location = place.at(f"{section} number {number}")
        if not isinstance(table, dict) or not isinstance(table.get("key"), str):
            raise location.wrong("key", "a short name", "nothing", 'Add `key = "..."` there.')
        key = require_key("key", table["key"], location)
        if key == AVERAGE:
            raise location.wrong("key", "another one", repr(key), "So the average of all sets is called.")
        if key in seen or key in taken:
            raise location.wrong("key", "a name of its own", f"{key!r} again", "Choose another.")
        seen.add(key)
        yield key, table


def ood_key(name: str) -> str:
    """Return the name of an OOD set as a key, one that has no meaning of its own.

    Example:
        >>> ood_key("SVHN"), ood_key("test")
        ('svhn', 'ood-test')
    """
    key = slug(name)
    return f"ood-{key}" if key in (*_ID, AVERAGE) else key


def slug(name: str) -> str:
    """Return a file's name as a key.

    Example:
        >>> slug("My Cats (2)")
        'my-cats-2'
    """
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:64] or "unnamed"
