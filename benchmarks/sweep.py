"""Time every window at once against one evaluation for each, and the search against an even grid.

python -m benchmarks.sweep

On the embedded experiment, tune halves. The ways take turns, so the ratio holds on a busy machine too. With
--imagenet it times a landscape of synthetic features of that size instead, from a sample.
"""

import argparse
import time
from itertools import combinations, product
from types import SimpleNamespace
from typing import cast

import torch

from benchmarks._timing import alternate, milliseconds, print_table, ratio
from opnp.config import UNPRUNED, NeuronDefinition, Pruning, RankScope
from opnp.experiments.registry import load_experiment
from opnp.prepare import Prepared, prepare
from opnp.pruning import Heads
from opnp.search.coarse_to_fine import SearchSpace, search
from opnp.search.find_windows import unpruned_landscapes
from opnp.search.landscape import Side, landscape
from opnp.search.sweep import EDGES
from opnp.search.trial import rank_trials
from opnp.search.tuning_set import SAMPLE, TuningSet, make_tuning_set
from opnp.store import Store

EVEN = range(0, 101, 20)


def one_by_one(data: TuningSet) -> None:
    """Evaluate all windows of weights and of neurons, each from its own full product."""
    for low, high in product(EDGES, EDGES):
        if low <= high:
            data.trial(Pruning(weights=(low, high)))
            data.trial(Pruning(neurons=(low, high)))


def embedded(rounds: int) -> None:
    """Time the sweep, and compare what the search finds with what a grid finds."""
    with Store() as store:
        prepared = prepare(load_experiment("fashion"), store)
    data = make_tuning_set(prepared, tuple(prepared.ood))
    seconds = alternate(
        {
            "one pass": lambda: [landscape(data, side, UNPRUNED) for side in Side],
            "one by one": lambda: one_by_one(data),
        },
        rounds=rounds,
    )
    print(f"2 x 231 windows (21 x 21, low <= high), {len(data.features):,} images")
    rows = [[name, f"{milliseconds(times):.0f}"] for name, times in seconds.items()]
    rows.append(["ratio", f"{ratio(seconds['one by one'], seconds['one pass']):.1f}x"])
    print_table(["way", "ms"], rows)
    result = search(data, unpruned_landscapes(data), SearchSpace.BOTH)
    windows = list(combinations(EVEN, 2))
    grid = [
        data.trial(Pruning(weights, neurons, scope, definition))
        for weights, neurons, scope, definition in product(windows, windows, RankScope, NeuronDefinition)
    ]
    best = rank_trials(grid, least_accuracy=data.trial(UNPRUNED).accuracy - 0.005).best
    print("\nlowest FPR95 (tune) at 0.5 points of accuracy")
    rows = [
        ["coarse to fine", str(result.tried), f"{100 * result.best.fpr95:.2f}"],
        ["even grid", str(len(grid)), f"{100 * best.fpr95:.2f}"],
    ]
    print_table(["way", "windows", "FPR95 %"], rows)


def imagenet() -> None:
    """Time one landscape from a sample of 50 000 ID and 2 x 10 000 OOD images, 1000 classes, width 2048."""
    torch.manual_seed(0)
    weight = torch.randn(1000, 2048) * 2 / 2048**0.5
    heads = Heads(weight, torch.rand(1000, 2048), {NeuronDefinition.ACTIVATION: torch.rand(2048)})
    classifier = SimpleNamespace(weight=weight, bias=torch.zeros(1000))
    prepared = cast("Prepared", SimpleNamespace(classifier=classifier, heads=heads))
    sizes = (SAMPLE // 3, SAMPLE // 3, SAMPLE // 3)
    features = torch.randn(sum(sizes), 2048).relu_()
    labels = torch.randint(0, 1000, (sizes[0],))
    data = TuningSet(prepared, ("first", "second"), features, labels, sizes, 60_000)
    for side in Side:
        start = time.perf_counter()
        landscape(data, side, UNPRUNED)
        print(f"{side}: {time.perf_counter() - start:.1f} s for 231 windows, {len(features):,} images")


def main() -> None:
    """Print the table of one size."""
    parser = argparse.ArgumentParser(description="Every window at once against one evaluation for each.")
    parser.add_argument("--imagenet", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    if chosen.imagenet:
        imagenet()
    else:
        embedded(chosen.rounds)


if __name__ == "__main__":
    main()
