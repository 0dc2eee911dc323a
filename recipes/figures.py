"""Print results.md's table of what pruning does to the embedded experiment: `python -m recipes.figures`."""

from opnp.config import UNPRUNED, Pruning, RankScope
from opnp.evaluation.splits import Half
from opnp.experiments.registry import list_experiments
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.reports.percent import percent
from opnp.store import Store

ROWS = {
    "unpruned": UNPRUNED,
    "ONP: without the 30 % least sensitive neurons (`activation`)": Pruning(neurons=(30, 100)),
    "ONP: the same by the `weights` definition": Pruning(neurons=(30, 100), neuron_definition="weights"),
    "OPP: without each class's 80 % least sensitive weights": Pruning(
        weights=(80, 100), scope=RankScope.PER_CLASS
    ),
    "OPP: without the 1 % most sensitive weights": Pruning(weights=(0, 99)),
    "OPNP: the first two together": Pruning((80, 100), (30, 100), RankScope.PER_CLASS),
}


def main() -> None:
    """Print one Markdown table for each embedded experiment."""
    for experiment in (offered for offered in list_experiments() if not offered.missing()):
        explorer = Explorer(prepare(experiment, Store()))
        keys = [images.key for images in experiment.ood]
        print(f"\n{experiment.title}: FPR95 in %, lower is better, on the held-out halves\n")
        print("| pruning | " + " | ".join(keys) + " | average (95 % interval) | accuracy % | ECE % |")
        print("|" + " --- |" * (len(keys) + 4))
        for name, pruning in ROWS.items():
            result = explorer.evaluate(explorer.at(pruning), keys, Half.REPORT)
            sets = " | ".join(f"{100 * result.sets[key].fpr95:.1f}" for key in keys)
            print(
                f"| {name} | {sets} | {percent(result.fpr95, result.fpr95_interval)} "
                f"| {100 * result.accuracy:.1f} | {100 * result.reliability.ece:.1f} |"
            )


if __name__ == "__main__":
    main()
