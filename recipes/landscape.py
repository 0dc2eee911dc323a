"""Print results.md's table of chosen windows on the embedded experiment: `python -m recipes.landscape`."""

from opnp.config import windows_text
from opnp.evaluation.evaluate import Evaluation
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.reports.markdown import table
from opnp.reports.percent import percent
from opnp.search.find_windows import find_windows, searched_images, unpruned_landscapes
from opnp.search.holdout import hold_out, leave_one_out
from opnp.search.trial import MAX_ACCURACY_LOSS
from opnp.store import Store


def main() -> None:
    """Choose with OOD data and without, and leave each OOD set out in turn."""
    with Store() as store:
        explorer = Explorer(prepare(load_experiment("fashion"), store))
    ood = tuple(explorer.prepared.ood)
    data = searched_images(explorer.prepared, ood)
    landscapes = unpruned_landscapes(data)
    informed = find_windows(explorer, ood, data=data, landscapes=landscapes).held_out
    midpoints = find_windows(explorer, ood, blind=True).result.best.pruning
    blind = hold_out(explorer, midpoints, ood)
    rule = f"{100 * MAX_ACCURACY_LOSS:g} points of accuracy"
    rows = [
        row("nothing, unpruned", "", informed.unpruned),
        row(f"the tune halves, {rule}", windows_text(informed.pruning), informed.report),
        row(
            f"midpoints of ID features, which nobody should trust, {rule}",
            windows_text(blind.pruning),
            blind.report,
        ),
    ]
    print(table(["chosen on", "window", "FPR95 held out (95 % interval)"], rows))
    for left in leave_one_out(explorer, landscapes):
        values = f"{percent(left.unpruned.fpr95)} to {percent(left.report.fpr95)}"
        print(f"without {left.key}: {windows_text(left.trial.pruning)}, {values}")


def row(name: str, window: str, held_out: Evaluation) -> list[str]:
    """Return one line of the table."""
    return [name, window, percent(held_out.fpr95, held_out.fpr95_interval)]


if __name__ == "__main__":
    main()
