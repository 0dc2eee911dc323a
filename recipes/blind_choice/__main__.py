"""Print what choosing windows without OOD data is worth: `python -m recipes.blind_choice [NETS]`.

Nets of random recipes are trained and judged: those that criteria were made on, then as many others that were
judged once. 60 of each by default, some seconds each on a GPU and up to minutes on two CPU cores.
"""

import sys

import numpy as np

from opnp.devices import best_device
from opnp.reports.markdown import table
from recipes.blind_choice.criteria import CRITERIA, regrets
from recipes.blind_choice.experiments import prepared
from recipes.blind_choice.nets import draw_recipe, train
from recipes.blind_choice.worlds import WORLDS

PARTS = ("made on", "judged once on")
NETS = 60
HARM = 0.005
"""A change of FPR95 that counts."""


def main() -> None:
    """Train, choose, judge and print."""
    nets = int(sys.argv[1]) if len(sys.argv) > 1 else NETS
    rows = []
    for part, words in enumerate(PARTS):
        found: dict[str, list[float]] = {name: [] for name in CRITERIA}
        for number in range(nets):
            recipe = draw_recipe(number, part)
            worth = regrets(prepared(train(recipe, best_device()), WORLDS[recipe.world]()))
            print(recipe, {name: f"{100 * change:+.1f}" for name, change in worth.items()}, flush=True)
            for name, change in worth.items():
                found[name].append(change)
        rows += [row(name, words, np.array(changes)) for name, changes in found.items()]
    print(table(["chosen on", "nets", "mean", "worst", "worse", "better", "as unpruned"], rows))


def row(name: str, nets: str, changes: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list[str]:
    """Return one line of the table; changes of FPR95 against unpruned, fractions."""
    counts = ((changes > HARM).sum(), (changes < -HARM).sum(), (changes == 0).sum())
    points = (f"{100 * changes.mean():+.1f}", f"{100 * changes.max():+.1f}")
    return [name, f"{len(changes)} {nets}", *points, *map(str, counts)]


if __name__ == "__main__":
    main()
