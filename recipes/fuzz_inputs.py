"""Spoil what a stranger brings in every way that comes to mind: `python -m recipes.fuzz_inputs`.

A small world of pictures, arrays and two experiment files is written once. Then each round copies it, spoils
a file, a picture of a set or the arrays by a seed that is printed, and asks the command line for the
figures, in a process of its own. What came of it is

- right: figures are numpy's and scikit-learn's of what is still there, scores those of the pixels,
- refused: one sentence said what was expected, what came and what to do,
- wrong: other figures, traceback: anything but a sentence, or a path, hang: no end within --seconds.

Only the first two may be; the exit code says whether it was so. `--round SEED` repeats one and prints all.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from recipes.fuzzing import spoiling_inputs, world
from recipes.fuzzing.apart import one_thread, run_isolated
from recipes.fuzzing.asking import check_arrays, check_pictures, check_scores

Round = tuple[str, str, str]
"""What was spoilt, what came of it, and its account."""
SPOILT = ("toml", "toml", "picture", "score", "arrays", "arrays")


def rounds(seeds: list[int], folder: Path, *, seconds: float = 60.0) -> dict[int, Round]:
    """Return what was spoilt, the outcome and its account, for each seed.

    Args:
        seeds: One for each round.
        folder: An empty one.
        seconds: How long a round may take.
    """
    whole = folder / "whole"
    whole.mkdir()
    world.write(whole)
    results = {}
    for seed in seeds:
        place = folder / f"round-{seed}"
        shutil.copytree(whole, place)
        results[seed] = _round(place, whole, random.Random(seed), seconds)  # noqa: S311 - to be repeated
        shutil.rmtree(place)
    return results


def _round(place: Path, whole: Path, chance: random.Random, seconds: float) -> Round:
    kind = chance.choice(SPOILT)
    if kind == "toml":
        name = chance.choice(["pictures", "arrays"])
        spoilt = spoiling_inputs.toml(place / f"{name}.toml", chance)
        ask = check_pictures if name == "pictures" else check_arrays
        truth = (
            world.scores_of_pictures(whole) if name == "pictures" else world.scores_of_arrays(world.arrays())
        )
        return f"{name}.toml: {spoilt}", *run_isolated(lambda: ask(place, [truth]), seconds)
    if kind == "arrays":
        spoilt, left = spoiling_inputs.array_file(place / "arrays.npz", chance, world.arrays())
        truth = world.scores_of_arrays(left)
        return f"arrays.npz: {spoilt}", *run_isolated(lambda: check_arrays(place, [truth]), seconds)
    file = place / chance.choice(["far", "near"]) / f"{chance.randrange(8)}.png"
    spoilt = spoiling_inputs.picture(file, chance)
    if kind == "score":
        neighbour = next(path for path in sorted(file.parent.iterdir()) if path != file)
        right = world.energy(neighbour.read_bytes())
        return f"score {spoilt}", *run_isolated(lambda: check_scores(place, file, neighbour, right), seconds)
    without = world.scores_of_pictures(place, without=file)
    part = file.parent.name
    low, high = ({**without, part: [*without[part], score]} for score in (-1e9, 1e9))
    return f"picture {spoilt}", *run_isolated(lambda: check_pictures(place, [without], (low, high)), seconds)


def main() -> None:
    """Run the rounds, print those that are neither right nor refused, and the counts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0, help="the first round's; the next has the next")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a round may take")
    parser.add_argument("--round", type=int, help="repeat this one")
    arguments = parser.parse_args()
    one_thread()
    once = arguments.round is not None
    seeds = [arguments.round] if once else list(range(arguments.seed, arguments.seed + arguments.count))
    with tempfile.TemporaryDirectory() as folder:
        results = rounds(seeds, Path(folder), seconds=arguments.seconds)
    counts = Counter(outcome for _, outcome, _ in results.values())
    for seed, (done, outcome, text) in results.items():
        if once or outcome not in ("right", "refused"):
            print(f"seed {seed}: {done}: {outcome}\n{text}\n")
    kinds = ("right", "refused", "wrong", "traceback", "hang")
    print(
        f"seeds {seeds[0]} to {seeds[-1]}: tried {len(seeds)}, "
        + ", ".join(f"{k} {counts[k]}" for k in kinds)
    )
    sys.exit(any(counts[kind] for kind in kinds[2:]))


if __name__ == "__main__":
    main()
