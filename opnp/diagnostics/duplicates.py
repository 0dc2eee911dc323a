"""Detection of identical images, byte for byte, in two sets: training in test, ID in OOD."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import filesize

from opnp.data.image_set import ArrayImages, LabelledImages
from opnp.experiments.experiment import Experiment
from opnp.experiments.sources.files import FileImages
from opnp.experiments.sources.listing import stats
from opnp.experiments.sources.subset import Subset

MOST_BYTES = 4 * 2**30
"""Of files that are read at most; those of a size of their own are not read at all."""

_Place = tuple[LabelledImages, int]


@dataclass(frozen=True)
class SharedImages:
    """Images that two sets share.

    Attributes:
        first: Title of a set.
        second: Title of the other.
        count: How many of the second's are in the first.
        example: Name or number of one, in the second.
    """

    first: str
    second: str
    count: int
    example: str

    def __str__(self) -> str:
        """Return one sentence on the shared images."""
        return f"{standing('picture', self.count, self.second, self.first)}, {self.example} among them."


def standing(item: str, count: int, second: str, first: str) -> str:
    """Return a clause on the number of items of one set that another has as well.

    Example:
        >>> standing("row", 1, "ID test", "ID train"), standing("row", 1200, "far", "ID test")
        ('1 row of ID test stands in ID train as well', '1,200 rows of far stand in ID test as well')
    """
    stand = f"{item} of {second} stands" if count == 1 else f"{item}s of {second} stand"
    return f"{count:,} {stand} in {first} as well"


@dataclass(frozen=True)
class DuplicateReport:
    """Result of a comparison of sets.

    Attributes:
        shared: Pictures that two sets share.
        unread: How many pictures were not looked at, because what was read had reached `MOST_BYTES`.
    """

    shared: tuple[SharedImages, ...]
    unread: int = 0

    def sentences(self) -> tuple[str, ...]:
        """Return the findings in sentences; none if everything was compared and nothing is equal."""
        sentences = tuple(map(str, self.shared))
        if not self.unread:
            return sentences
        most = filesize.decimal(MOST_BYTES)
        left = f"{self.unread:,} pictures were not compared with those of other sets: {most} were read."
        return (*sentences, left)


def compare_sets(experiment: Experiment, opened: Mapping[str, LabelledImages]) -> DuplicateReport:
    """Find images of ID test that are in ID training, and images of OOD sets that are in either.

    Args:
        experiment: Whose sets.
        opened: Those that are here, by key; only files and arrays are compared, each with its own kind.
    """
    named = [(images, opened[images.key]) for images in experiment.sets if images.key in opened]
    digests, unread = _digests([pictures for _, pictures in named])
    shared = []
    for later, (second, pictures) in enumerate(named):
        for first, _ in named[: min(later, 2)]:
            known = set(digests[[images for images, _ in named].index(first)].values())
            same = [place for place, digest in digests[later].items() if digest in known]
            if same:
                shared.append(SharedImages(first.title, second.title, len(same), _name(pictures, same[0])))
    return DuplicateReport(tuple(shared), unread)


def _digests(sets: Sequence[LabelledImages]) -> tuple[list[dict[int, bytes]], int]:
    """Return digests by position of possible duplicates: arrays, and files of a size that another set has.

    The smallest set is read first, for the largest is the one that may end at the limit.
    """
    sizes = [dict(_sizes(images)) for images in sets]
    holders: dict[int, set[int]] = defaultdict(set)
    for number, by_place in enumerate(sizes):
        for size in by_place.values():
            holders[size].add(number)
    left, unread = MOST_BYTES, 0
    digests: list[dict[int, bytes]] = [{} for _ in sets]
    for number in sorted(range(len(sets)), key=lambda number: len(sizes[number])):
        for place, size in sizes[number].items():
            if len(holders[size]) == 1:
                continue
            if size > left:
                unread += 1
                continue
            left -= size
            digest = _digest(sets[number], place)
            if digest:
                digests[number][place] = digest
    return digests, unread


def _sizes(images: LabelledImages) -> Iterator[tuple[int, int]]:
    """Yield position and size in bytes of each image that can be compared."""
    if isinstance(images, Subset):
        sizes = dict(_sizes(images.images))
        yield from ((place, sizes[index]) for place, index in enumerate(images.indices) if index in sizes)
    elif isinstance(images, ArrayImages):
        yield from ((place, images.pixels[place].nbytes) for place in range(len(images)))
    elif isinstance(images, FileImages):
        statuses = stats(images.paths.folder, images.paths.names)
        yield from ((place, stat[0]) for place, stat in enumerate(statuses) if stat)


def _digest(images: LabelledImages, place: int) -> bytes:
    if isinstance(images, Subset):
        return _digest(images.images, images.indices[place])
    if isinstance(images, ArrayImages):
        return hashlib.sha256(images.pixels[place].tobytes()).digest()
    try:
        data = images.paths[place].read_bytes() if isinstance(images, FileImages) else b""
    except OSError:
        return b""
    return hashlib.sha256(data).digest()


def _name(images: LabelledImages, place: int) -> str:
    if isinstance(images, Subset):
        return _name(images.images, images.indices[place])
    return f"`{images.paths.names[place]}`" if isinstance(images, FileImages) else f"number {place}"
