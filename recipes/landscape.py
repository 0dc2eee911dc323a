"""Print the README's table of chosen windows on the embedded experiment: `python -m recipes.landscape`."""

from opnp.config import NeuronDefinition, Pruning, RankScope, windows_text
from opnp.evaluation.intervals import Interval
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.search.coarse_to_fine import SearchSpace, search
from opnp.search.holdout import hold_out, leave_one_out
from opnp.search.landscape import Landscape, Side, landscape
from opnp.search.tuning_set import TuningSet, make_tuning_set, without_ood
from opnp.store import Store


def landscapes(data: TuningSet) -> list[Landscape]:
    """Around the unpruned model: both scopes of weights, both definitions of neurons."""
    weights = [landscape(data, Side.WEIGHTS, Pruning(scope=scope)) for scope in RankScope]
    neurons = [
        landscape(data, Side.NEURONS, Pruning(neuron_definition=definition))
        for definition in NeuronDefinition
    ]
    return weights + neurons


def row(name: str, window: str, fpr95: float, interval: Interval) -> str:
    """One line of the table."""
    low, high = (100 * end for end in interval)
    return f"| {name} | {window} | {100 * fpr95:.1f} ({low:.1f}–{high:.1f}) |"


def main() -> None:
    """Choose with OOD data and without, and leave each OOD set out in turn."""
    with Store() as store:
        explorer = Explorer(prepare(load_experiment("fashion"), store))
    keys = tuple(explorer.prepared.ood)
    seen = make_tuning_set(explorer.prepared, keys)
    around = landscapes(seen)
    print("| chosen on | window | FPR95 held out (95 % interval) |\n| --- | --- | --- |")
    informed = hold_out(explorer, search(seen, around, SearchSpace.BOTH).best.pruning, keys)
    unpruned = informed.unpruned
    print(row("nothing, unpruned", "", unpruned.fpr95, unpruned.fpr95_interval))
    blind = without_ood(seen)
    found = hold_out(explorer, search(blind, landscapes(blind), SearchSpace.BOTH).best.pruning, keys)
    for name, held in (("the tune halves", informed), ("no OOD data", found)):
        report = held.report
        print(row(name, windows_text(held.pruning), report.fpr95, report.fpr95_interval))
    for left in leave_one_out(explorer, around):
        values = f"{100 * left.unpruned.fpr95:.1f} to {100 * left.report.fpr95:.1f}"
        print(f"without {left.key}: {windows_text(left.trial.pruning)}, {values}")


if __name__ == "__main__":
    main()
