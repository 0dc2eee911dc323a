"""Read a set's table in an experiment file as an image set or a set of features."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from opnp.data.image_set import (
    FeatureSet,
    ImageSet,
    LabelledImages,
    Labels,
    content_identity,
    require_present,
)
from opnp.data.role import Role
from opnp.experiments.sources.arrays import holds_texts, read_names
from opnp.experiments.sources.base import ImageSource
from opnp.experiments.sources.build import missing_file
from opnp.experiments.sources.feature_arrays import read_features
from opnp.experiments.sources.files import files_identity
from opnp.experiments.sources.images import IMAGES
from opnp.experiments.sources.subset import drawn, subset
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.text_files import one_line
from opnp.experiments.sources.typed_table import one_of, read, require_key

FEATURES = "features"


@dataclass(frozen=True)
class SetTable:
    """Keys that every set may have; the others belong to its source.

    Attributes:
        source: Where it comes from.
        key: Short name.
        title: Name for people.
        description: One sentence on what it shows.
        subset: How many images to take (a count), or which share (a number with a point); all if not given.
        seed: Of what is drawn at random.
        link: Where a person gets the data.
        role: Of an OOD set, what its images are for: "halves", "tune" or "report".
        group: Of an OOD set, a short name of those that it is averaged with, such as "near".
    """

    source: str
    key: str = ""
    title: str = ""
    description: str = ""
    subset: int | float | None = None
    seed: int = 0
    link: str = ""
    role: str = str(Role.HALVES)
    group: str = ""


OF_OOD = ("role", "group")
_TAKEN = ("average", "nearood", "farood")
"""Names of rows in tables and files."""

"""Keys that only OOD sets have."""

COMMON = tuple(field.name for field in fields(SetTable))


def read_set(table: Mapping[str, Any], place: Place) -> tuple[SetTable, Mapping[str, Any]]:
    """Return the common keys of a set, checked, and the rest of its table."""
    common = {key: value for key, value in table.items() if key in COMMON}
    settings = read(SetTable, common, place)
    one_of("role", settings.role, map(str, Role), place)
    if settings.group:
        require_key("group", settings.group, place)
        if settings.group in _TAKEN:
            raise place.wrong("group", "another name", repr(settings.group), "Tables use it already.")
    one_of("source", settings.source, [*IMAGES, FEATURES], place)
    if settings.seed < 0:
        raise place.wrong("seed", "at least 0", str(settings.seed))
    share = isinstance(settings.subset, float)
    if settings.subset is not None and not (0 < settings.subset <= 1 if share else settings.subset >= 1):
        expected = "a count of at least 1 or a share with a point, above 0 and at most 1"
        raise place.wrong("subset", expected, str(settings.subset), "Leave it out for all images.")
    return settings, {key: value for key, value in table.items() if key not in COMMON}


def image_set(settings: SetTable, rest: Mapping[str, Any], place: Place) -> tuple[ImageSet, ImageSource]:
    """Return the image set that a table describes, and its source."""
    source = read(IMAGES[settings.source], rest, place, other_keys=COMMON)
    place = replace(place, link=settings.link, seed=settings.seed)

    def identity() -> str:
        of_all = source.identity(place)
        if settings.subset is None:
            return of_all
        return content_identity(of_all, "subset", repr(settings.subset), str(settings.seed))

    def opened() -> LabelledImages:
        every_image = source.open(place)
        return every_image if settings.subset is None else subset(every_image, settings.subset, settings.seed)

    def labels() -> Labels | None:
        of_all = source.labels(place)
        if of_all is None or of_all.values is None or settings.subset is None:
            return of_all
        return replace(
            of_all, values=of_all.values[[*drawn(len(of_all.values), settings.subset, settings.seed)]]
        )

    images = ImageSet(
        settings.key,
        one_line(settings.title) or settings.key,
        settings.description,
        identity,
        opened,
        lambda: source.missing(place),
        labels,
        lambda: source.left_out(place),
        Role(settings.role),
        settings.group,
    )
    return images, source


@dataclass(frozen=True)
class _FeatureTable:
    path: str
    prefix: str


def feature_set(settings: SetTable, rest: Mapping[str, Any], place: Place) -> FeatureSet:
    """Return the feature set that a table describes: the arrays `<prefix>_features` and `<prefix>_labels`."""
    for key in ("subset", "link"):
        if getattr(settings, key):
            raise place.wrong(key, "left out", "it", "Save the features that you mean.")
    table = read(_FeatureTable, rest, place, other_keys=COMMON)

    def missing() -> Any:  # noqa: ANN401
        return missing_file(table.path, place)

    def identity() -> str:
        file = place.resolve(table.path)
        return files_identity([file], file.parent, "features", table.prefix)

    def features() -> Any:  # noqa: ANN401
        require_present(missing())
        return read_features(place.resolve(table.path), table.prefix)

    def labels() -> Labels | None:
        require_present(missing())
        file, name = place.resolve(table.path), f"{table.prefix}_labels"
        return Labels(None, read_names(file, name)[0], texts=True) if holds_texts(file, name) else None

    return FeatureSet(
        settings.key,
        one_line(settings.title) or settings.key,
        settings.description,
        identity,
        missing=missing,
        labels=labels,
        features=features,
        role=Role(settings.role),
        group=settings.group,
    )
