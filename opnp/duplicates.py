"""Pictures that stand in two sets of an experiment, byte for byte: of training in a test, of ID in OOD."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from opnp.datasets import ArrayImages, LabelledImages
from opnp.experiment import Experiment
from opnp.sources.files import FileImages
from opnp.sources.listing import stats
from opnp.sources.subset import Subset

MOST_BYTES = 4 * 2**30
"""Of files that are read at most; those of a size of their own are not read at all."""

_Place = tuple[LabelledImages, int]


@dataclass(frozen=True)
class Shared:
    """Pictures that two sets share.

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
        """In a sentence."""
        stand = "picture of {} stands" if self.count == 1 else "pictures of {} stand"
        return (
            f"{self.count:,} {stand.format(self.second)} in {self.first} as well, {self.example} among them."
        )


def shared(experiment: Experiment, opened: Mapping[str, LabelledImages]) -> tuple[Shared, ...]:
    """Pictures of ID test that are in ID training, and of the OOD sets that are in either.

    Args:
        experiment: Whose sets.
        opened: Those that are here, by key; only files and arrays are compared, each with its own kind.
    """
    named = [(images, opened[images.key]) for images in experiment.sets if images.key in opened]
    digests = _digests([there for _, there in named])
    found = []
    for later, (second, there) in enumerate(named):
        for first, _ in named[: min(later, 2)]:
            known = set(digests[[images for images, _ in named].index(first)].values())
            same = [place for place, digest in digests[later].items() if digest in known]
            if same:
                found.append(Shared(first.title, second.title, len(same), _name(there, same[0])))
    return tuple(found)


def _digests(sets: Sequence[LabelledImages]) -> list[dict[int, bytes]]:
    """What can be equal in each set, by place: files whose size another set has too, and arrays."""
    sizes = [dict(_sizes(images)) for images in sets]
    holders: dict[int, set[int]] = defaultdict(set)
    for number, there in enumerate(sizes):
        for size in there.values():
            holders[size].add(number)
    left, found = MOST_BYTES, []
    for images, there in zip(sets, sizes, strict=True):
        mine = {}
        for place, size in there.items():
            if len(holders[size]) > 1 and size <= left:
                left -= size
                mine[place] = _digest(images, place)
        found.append({place: digest for place, digest in mine.items() if digest})
    return found


def _sizes(images: LabelledImages) -> Iterator[tuple[int, int]]:
    """Place and size in bytes of each picture that can be compared."""
    if isinstance(images, Subset):
        whole = dict(_sizes(images.images))
        yield from ((place, whole[there]) for place, there in enumerate(images.indices) if there in whole)
    elif isinstance(images, ArrayImages):
        yield from ((place, images.pixels[place].nbytes) for place in range(len(images)))
    elif isinstance(images, FileImages):
        there = stats(images.paths.folder, images.paths.names)
        yield from ((place, stat[0]) for place, stat in enumerate(there) if stat)


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
