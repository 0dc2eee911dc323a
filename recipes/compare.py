"""Print results.md's comparison of methods on the embedded experiment: `python -m recipes.compare`."""

from dataclasses import replace

from opnp.comparison.defaults import default_rows, pruned_rows
from opnp.comparison.fit_data import training
from opnp.comparison.recipe import Recipe
from opnp.comparison.reports import comparison_markdown
from opnp.comparison.table import compare
from opnp.config import UNPRUNED
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.reports.found_windows import search_lines
from opnp.search.find_windows import find_windows
from opnp.store import Store


def main() -> None:
    """Print the windows that Landscape finds, alone and combined, then the page's rows."""
    with Store() as store:
        explorer = Explorer(prepare(load_experiment("fashion"), store))
        known = training(explorer.prepared, store)
    experiment, ood = explorer.prepared.experiment, tuple(explorer.prepared.ood)
    result = find_windows(explorer, ood)
    best = result.pruning
    scores = (Recipe(score, pruning=best) for score in ("vim", "rmd"))
    chosen = [Recipe(pruning=best), *pruned_rows(best)[-3:], *scores]
    rows = compare(explorer.prepared, known, [*chosen, *default_rows(UNPRUNED)], ood)
    named = [replace(row, name=f"{row.name}, windows found") for row in rows[: len(chosen)]]
    notes = search_lines(result, {images.key: images.title for images in experiment.ood})
    print(comparison_markdown([*named, *rows[len(chosen) :]], experiment.title, notes))


if __name__ == "__main__":
    main()
