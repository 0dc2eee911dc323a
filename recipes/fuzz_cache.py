"""Spoil a cache in every way that comes to mind, and check the outcome: `python -m recipes.fuzz_cache`.

A small experiment is prepared once. Then each round copies its cache, spoils one to three things in it by a
seed that is printed, and prepares, verifies, lists and clears in a process of its own. What came of it is

- right: features, labels, maps and figures are those of the whole cache, to the last bit,
- refused: one sentence said what was expected, what came and what to do,
- wrong: other figures, traceback: anything but a sentence, hang: no end within --seconds, stuck: refused a
  second time although the pictures are there, or something is left that cannot be listed and cleared.

Only the first two may be; the exit code says whether it was so. `--round SEED` repeats one and prints all.
"""

import argparse
import contextlib
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from opnp.store import plain
from recipes.fuzzing.apart import Outcome, one_thread, run_isolated
from recipes.fuzzing.experiment import Seen, look, small_experiment
from recipes.fuzzing.spoiling import spoil


def rounds(seeds: list[int], folder: Path, *, seconds: float = 60.0) -> Iterator[tuple[int, str, str, str]]:
    """Yield each seed, what was spoilt, the outcome and its account, as soon as it is known.

    Args:
        seeds: One for each round.
        folder: An empty one.
        seconds: How long a round may take.
    """
    whole = {age: folder / age for age in ("new", "old")}
    truth = look(small_experiment(), whole["new"])
    shutil.copytree(whole["new"], whole["old"])
    _as_written_before(whole["old"])
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        cache = folder / f"round-{seed}"
        shutil.copytree(whole[chance.choice(["new", "new", "old"])], cache)
        done = spoil(cache, chance)
        gone = chance.random() < 0.1
        spoilt = ", ".join([*done, "pictures gone"] if gone else done)
        yield seed, spoilt, *_alone(cache, truth, gone, seconds)
        with contextlib.suppress(OSError):
            plain.remove(cache)


def _as_written_before(cache: Path) -> None:
    """Rewrite chunks as they were before they had a quick checksum."""
    from recipes.fuzzing.headers import changed_header

    def without(table: dict[str, dict[str, str]]) -> None:
        chunk = json.loads(table["__metadata__"]["chunk"])
        del chunk["sum"]
        table["__metadata__"]["chunk"] = json.dumps(chunk)

    for path in cache.rglob("chunk-*"):
        path.write_bytes(changed_header(path.read_bytes(), without))


def _alone(cache: Path, truth: Seen, gone: bool, seconds: float) -> Outcome:
    from recipes.fuzzing.account import account

    return run_isolated(lambda: account(cache, truth, gone=gone), seconds)


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
    counts = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for seed, done, outcome, text in rounds(seeds, Path(folder), seconds=arguments.seconds):
            counts[outcome] += 1
            if once or outcome not in ("right", "refused"):
                print(f"seed {seed}: {done}: {outcome}\n{text}\n", flush=True)
            elif counts.total() % 10 == 0:
                print(f"seed {seed}: {dict(counts)} so far", flush=True)
    kinds = ("right", "refused", "wrong", "traceback", "hang", "stuck")
    print(
        f"seeds {seeds[0]} to {seeds[-1]}: tried {len(seeds)}, "
        + ", ".join(f"{k} {counts[k]}" for k in kinds)
    )
    sys.exit(any(counts[kind] for kind in kinds[2:]))


if __name__ == "__main__":
    main()
