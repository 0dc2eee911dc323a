"""Image worlds for small nets: ID images with labels, and OOD sets near them and far from them.

All are grey, 28 x 28, and made from what comes with the package.
"""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from opnp.experiments.builtin.contact_sheets import read_sheet
from opnp.experiments.builtin.data import ASSETS, fashion_test, fashion_train, ood_images
from opnp.experiments.builtin.synthetic import letters
from opnp.experiments.builtin.synthetic.streams import streams

Images = npt.NDArray[np.uint8]
"""(N, 28, 28)."""

Labelled = tuple[Images, npt.NDArray[np.int64]]

SEED = 71
KNOWN_CLOTHES = (0, 1, 2, 5, 7, 8)
KNOWN_LETTERS = "ABCDEFGHIJKLMabcdefghijklm"
LETTERS = 8_000
TRAINING = 3_000
"""ID training images at most, so that a net takes seconds."""


@dataclass(frozen=True)
class World:
    """What a net learns, and what it never sees.

    Attributes:
        train: ID training images.
        test: ID test images.
        ood: OOD sets by name, those near ID (of the same kind, or joined from it) before those far from it.
    """

    train: Labelled
    test: Labelled
    ood: Mapping[str, Images]


def fashion() -> World:
    """All ten classes of clothes; near are clothes half of which are another piece."""
    train, test = _some(fashion_train()), fashion_test()
    return World(train, test, {"chimeras": _chimeras(test), **_others("mnist", "letters")})


def clothes() -> World:
    """Six classes of clothes; near are the other four."""
    train, test = fashion_train(), fashion_test()
    unknown = test[0][~np.isin(test[1], KNOWN_CLOTHES)]
    return World(
        _some(_classes(train, KNOWN_CLOTHES)),
        _classes(test, KNOWN_CLOTHES),
        {"other clothes": unknown, **_others("mnist", "letters")},
    )


def digits() -> World:
    """Ten digits, a thousand images to train on; near are letters, and digits half of which are another."""
    images, labels = read_sheet(ASSETS / "mnist.png")
    order = np.random.default_rng(SEED).permutation(len(images))
    train, test = ((images[part], labels[part]) for part in (order[:1000], order[1000:]))
    near = {"letters": ood_images("letters"), "chimeras": _chimeras(test)}
    return World(train, test, {**near, "clothes": fashion_test()[0], **_others()})


def alphabet() -> World:
    """The letters A to M, large and small; near are N to Z, and digits."""
    images, drawn = letters(LETTERS, SEED), _letters_drawn(LETTERS, SEED)
    place = {letter: label for label, letter in enumerate(KNOWN_LETTERS)}
    labels = np.array([place.get(letter, -1) for letter in drawn])
    known = np.flatnonzero(labels >= 0)
    train, test = known[: len(known) // 2], known[len(known) // 2 :]
    return World(
        (images[train], labels[train]),
        (images[test], labels[test]),
        {
            "other letters": images[labels < 0][:2000],
            "mnist": ood_images("mnist"),
            "clothes": fashion_test()[0],
            **_others(),
        },
    )


WORLDS: Mapping[str, Callable[[], World]] = {
    "fashion": cache(fashion),
    "clothes": cache(clothes),
    "digits": cache(digits),
    "alphabet": cache(alphabet),
}


def _others(*more: str) -> dict[str, Images]:
    return {name: ood_images(name) for name in (*more, "patches", "textures")}


def _some(data: Labelled) -> Labelled:
    return data[0][:TRAINING], data[1][:TRAINING]


def _classes(data: Labelled, known: tuple[int, ...]) -> Labelled:
    images, labels = data
    held = np.isin(labels, known)
    return images[held], np.searchsorted(known, labels[held])


def _chimeras(data: Labelled) -> Images:
    """Join the upper half of each image to the lower half of one of another class."""
    images, labels = data
    partner = np.random.default_rng(SEED).permutation(len(images))
    joined = images.copy()
    joined[:, images.shape[1] // 2 :] = images[partner, images.shape[1] // 2 :]
    return joined[labels != labels[partner]][:2000]


def _letters_drawn(count: int, seed: int) -> list[str]:
    """Return which letter each of `letters` shows: the first number of its stream."""
    return [string.ascii_letters[rng.integers(len(string.ascii_letters))] for rng in streams(count, seed, 28)]
