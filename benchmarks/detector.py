"""Time a pruned detector against the unpruned model, for each image.

    python -m benchmarks.detector [experiment] [--rounds 15]

Run `python -m opnp extract` or open the page once before, so that features and maps are there.
"""

import argparse

import torch

from benchmarks._timing import alternate, milliseconds, print_table, ratio
from opnp.config import UNPRUNED, Pruning
from opnp.detector import Detector
from opnp.detector.build import make_detector
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.store import Store
from opnp.threshold.plan import plan
from opnp.threshold.rules import AcceptId

BATCHES = (1, 8, 64)


def detectors(key: str) -> dict[str, Detector]:
    """Return the unpruned model with a threshold, and one with the 1 % most sensitive weights pruned."""
    with Store() as store:
        explorer = Explorer(prepare(load_experiment(key), store))
    made = {}
    for name, pruning in (("unpruned", UNPRUNED), ("pruned", Pruning(weights=(0, 99)))):
        snapshot = explorer.at(pruning)
        planned = plan(explorer, snapshot, list(explorer.prepared.ood), AcceptId())
        made[name] = make_detector(explorer, snapshot, planned)
    return made


def main() -> None:
    """Print milliseconds a batch, from transformed image to verdict, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("experiment", nargs="?", default="fashion")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    unpruned, pruned = detectors(arguments.experiment).values()
    rows = []
    for size in BATCHES:
        images = list(unpruned.examples.repeat(size, *[1] * (unpruned.examples.ndim - 1))[:size])
        seconds = alternate(
            {
                "unpruned": lambda images=images: unpruned.judge(images),
                "pruned": lambda images=images: pruned.judge(images),
            },
            rounds=arguments.rounds + 1,
        )
        warm = {name: times[1:] for name, times in seconds.items()}
        times = [f"{milliseconds(warm[name]):.2f}" for name in ("unpruned", "pruned")]
        rows.append([str(size), *times, f"{ratio(warm['pruned'], warm['unpruned']):.2f}"])
    print(
        f"{arguments.experiment}, {torch.get_num_threads()} threads, on {unpruned.classifier.weight.device}"
    )
    print_table(["images", "unpruned, ms", "pruned, ms", "pruned / unpruned"], rows)


if __name__ == "__main__":
    main()
