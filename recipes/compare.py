"""Print the README's comparison of methods on the embedded experiment: `python -m recipes.compare`."""

from opnp.comparison.defaults import default_rows, pruned_rows
from opnp.comparison.fit_data import training
from opnp.comparison.recipe import Recipe
from opnp.comparison.reports import comparison_markdown
from opnp.comparison.table import Row, compare
from opnp.config import UNPRUNED, Pruning
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.search.coarse_to_fine import SearchSpace, search
from opnp.search.tuning_set import make_tuning_set
from opnp.store import Store
from recipes.landscape import landscapes


def found(explorer: Explorer, ood: tuple[str, ...]) -> Pruning:
    """The windows that Landscape finds on the tune halves."""
    seen = make_tuning_set(explorer.prepared, ood)
    return search(seen, landscapes(seen), SearchSpace.BOTH).best.pruning


def main() -> None:
    """The page's rows, then the windows found on the tune halves, alone and combined."""
    with Store() as store:
        explorer = Explorer(prepare(load_experiment("fashion"), store))
        known = training(explorer.prepared, store)
    ood = tuple(explorer.prepared.ood)
    best = found(explorer, ood)
    chosen = [*pruned_rows(best)[-3:], *(Recipe(key, pruning=best) for key in ("vim", "rmd"))]
    recipes = [Recipe(pruning=best), *chosen, *default_rows(UNPRUNED)]
    rows = compare(explorer.prepared, known, recipes, ood)
    count = 1 + len(chosen)
    named = [
        Row(f"{row.name}, windows found", row.recipe, row.figures, row.fitting, row.scoring, row.reason)
        for row in rows[:count]
    ]
    print(comparison_markdown([*named, *rows[count:]], explorer.prepared.experiment.title))


if __name__ == "__main__":
    main()
