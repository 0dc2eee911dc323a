"""`compare`: pruning beside the other post-hoc methods, and combined with them, on the held-out images."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from opnp.cli import _console, _experiment, _options, _outputs
from opnp.comparison import openood as openood_export
from opnp.comparison.defaults import default_rows
from opnp.comparison.export import TIME, comparison_csv, comparison_json
from opnp.comparison.fit_data import Training, training
from opnp.comparison.grammar import parse_recipe
from opnp.comparison.recipe import Recipe
from opnp.comparison.reports import HEADER, comparison_latex, comparison_markdown, group_title
from opnp.comparison.scoring import MethodScores
from opnp.comparison.table import GROUP_COLUMNS, Cells, Row, cells, compare, group_cells, groups_of
from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope, windows_text
from opnp.errors import InvalidSettingError
from opnp.explorer import Explorer
from opnp.metrics import AUPR_IS
from opnp.reports.found_windows import search_facts, search_lines
from opnp.reports.percent import percent
from opnp.reports.provenance import MEANING, provenance, provenance_lines, remarks
from opnp.search.coarse_to_fine import SearchSpace
from opnp.search.find_windows import FoundWindows, find_windows
from opnp.search.trial import MAX_ACCURACY_LOSS
from opnp.store import Store

Out = Path | None

_ENDS, _WIDE = ("fpr95", "auroc"), len("22.2–26.4")


def compare_methods(
    experiment: _options.ExperimentKey,
    *,
    method: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME+NAME…",
            help="A row, such as gen, pruned+react or react(percentile=95)+gen; may be repeated.",
            show_default=False,
        ),
    ] = None,
    weights: _options.Weights = OPEN,
    neurons: _options.Neurons = OPEN,
    scope: _options.Scope = RankScope.GLOBAL,
    definition: _options.Definition = NeuronDefinition.ACTIVATION,
    ood: _options.Ood = None,
    search: Annotated[
        bool, typer.Option("--search", help="Find the windows first, as the Landscape page does.")
    ] = False,
    max_accuracy_loss: Annotated[
        float, typer.Option(min=0, max=100, help="Points of ID accuracy that the windows found may cost.")
    ] = 100 * MAX_ACCURACY_LOSS,
    prune: Annotated[SearchSpace, typer.Option(help="What the search may prune.")] = SearchSpace.BOTH,
    csv: Annotated[Out, typer.Option(help="Write every figure to this file.", show_default=False)] = None,
    markdown: Annotated[Out, typer.Option(help="Write the table as Markdown.", show_default=False)] = None,
    latex: Annotated[Out, typer.Option(help="Write the table as LaTeX.", show_default=False)] = None,
    openood: Annotated[
        Out,
        typer.Option(
            help="Write the table by OpenOOD's conventions: its FPR@95 and AUPR, nearood and farood.",
            show_default=False,
        ),
    ] = None,
    device: _options.Device = None,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """Compare post-hoc methods, pruning and their combinations: what the Compare page shows.

    --method pruned+gen prunes as --weights and --neurons say, or as --search finds, and scores with GEN.

    Without --method, all methods; with open windows, the examples of the page stand in for pruning.
    """
    with _console.exit_codes(as_json=as_json):
        pruning = Pruning(weights, neurons, scope, definition)
        _require_one_choice(pruning, search=search, rule=(max_accuracy_loss, prune))
        recipes = _recipes(method, pruning)
        _outputs.require_files({"--csv": csv, "--markdown": markdown, "--latex": latex, "--openood": openood})
        chosen = _experiment.named_experiment(experiment)
        keys = _experiment.ood_keys(chosen, ood)
        explorer = _experiment.load_explorer(chosen, device, cache)
        keys = _experiment.usable_keys(explorer, keys, ood)
        result = _search(explorer, keys, prune, max_accuracy_loss / 100) if search else None
        if result is not None:
            recipes = _recipes(method, result.pruning)
        scored: list[MethodScores] = []
        with Store(cache) as store:
            known = training(explorer.prepared, store)
            keep = None if openood is None else scored.append
            rows = _run(explorer, known, recipes, keys, store, keep)
        made_from = {
            **provenance(explorer, explorer.prepared.classifier.weight.device),
            "fitted_to": known.count,
            **remarks(explorer.prepared),
        }
        notes = provenance_lines(made_from)
        titles = {images.key: images.title for images in chosen.ood}
        searched = [] if result is None else search_lines(result, titles)
        if result is not None:
            made_from["search"] = search_facts(result)
        if csv is not None:
            about = {**made_from, **MEANING, "time": TIME}
            _outputs.write_table("--csv", csv, comparison_csv(rows), about)
        if markdown is not None:
            text = comparison_markdown(rows, chosen.title, [*searched, *notes])
            _outputs.write("--markdown", markdown, text)
        if openood is not None:
            about = {**made_from, **openood_export.MEANING}
            table = openood_export.openood_csv(scored, explorer.prepared, keys)
            _outputs.write_table("--openood", openood, table, about)
        if latex is not None:
            _outputs.write("--latex", latex, comparison_latex(rows, chosen.title, [*searched, *notes]))
    if as_json:
        if _console.leads():
            _console.print_line(comparison_json(rows, made_from, keys).rstrip())
        return
    stdout = _console.stdout()
    stdout.print(
        Text(f"{chosen.title}, on the held-out images, in percent, with 95 % intervals; µs per image")
    )
    stdout.print(_table(rows))
    if groups := groups_of(rows):
        stdout.print(_group_table(rows, groups))
    stdout.print(Text(AUPR_IS))
    if known.count:
        stdout.print(Text(f"Methods fit to {known.count:,} of {known.population:,} ID training images"))
    for pruned in dict.fromkeys(row.recipe.pruning for row in rows if row.recipe.pruning != Pruning()):
        stdout.print(Text(f"{pruned.kind} keeps {windows_text(pruned)}"))
    for line in (*(f"{row.name}: {row.remark}" for row in rows if row.remark is not None), *searched):
        stdout.print(Text(line))


def _require_one_choice(pruning: Pruning, *, search: bool, rule: tuple[float, SearchSpace]) -> None:
    """Refuse windows beside a search, and a rule without one."""
    if search and pruning != Pruning():
        raise InvalidSettingError(
            "Expected `--search` alone, which finds the windows, but got `--weights`, `--neurons`, `--scope` "
            "or `--definition` as well. Drop one or the other."
        )
    if not search and rule != (100 * MAX_ACCURACY_LOSS, SearchSpace.BOTH):
        raise InvalidSettingError(
            "Expected `--max-accuracy-loss` and `--prune` with `--search`, whose rule they are, but got no "
            "search. Add `--search`, or drop them."
        )


def _recipes(lines: Sequence[str] | None, pruning: Pruning) -> list[Recipe]:
    return [parse_recipe(line, pruned=pruning) for line in lines or []] or list(default_rows(pruning))


def _search(
    explorer: Explorer, keys: Sequence[str], space: SearchSpace, max_accuracy_loss: float
) -> FoundWindows:
    people = _console.stderr()
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        task = progress.add_task("Searching windows", total=1)
        return find_windows(
            explorer,
            keys,
            space,
            max_accuracy_loss=max_accuracy_loss,
            progress=lambda share: progress.update(task, completed=share),
        )


def _run(
    explorer: Explorer,
    known: Training,
    recipes: Sequence[Recipe],
    keys: Sequence[str],
    store: Store,
    keep: Callable[[MethodScores], object] | None,
) -> list[Row]:
    people = _console.stderr()
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        task = progress.add_task("Scoring", total=len(recipes))
        return compare(
            explorer.prepared,
            known,
            recipes,
            keys,
            progress=lambda done: progress.update(task, completed=done),
            store=store,
            keep=keep,
        )


def _table(rows: Sequence[Row]) -> Table:
    """Return a table narrow enough for a terminal: each interval below its figure; time in µs per image."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1))
    table.add_column("Row", overflow="fold")
    for key, name in HEADER.items():
        table.add_column(name, justify="right", overflow="fold", min_width=_WIDE if key in _ENDS else None)
    table.add_column("µs", justify="right", overflow="fold")
    for row in rows:
        if row.figures is None or row.scoring is None:
            table.add_row(Text(row.name), *["–"] * (len(HEADER) + 1))
            continue
        lines = _lines(cells(row.figures, None), HEADER)
        table.add_row(Text(row.name), *lines, f"{1e6 * row.scoring:.1f}")
    return table


def _group_table(rows: Sequence[Row], groups: Sequence[str]) -> Table:
    """Return a table of the averages over the sets of each group."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1))
    table.add_column("Row", overflow="fold")
    for group in groups:
        for name in GROUP_COLUMNS:
            table.add_column(group_title(group, name), justify="right", overflow="fold", min_width=_WIDE)
    for row in rows:
        figures = row.figures
        if figures is None:
            table.add_row(Text(row.name), *["–"] * (len(groups) * len(GROUP_COLUMNS)))
        else:
            lines = [line for group in groups for line in _lines(group_cells(figures, group), GROUP_COLUMNS)]
            table.add_row(Text(row.name), *lines)
    return table


def _lines(mean: Cells, names: Iterable[str]) -> list[str]:
    """Return figures in percent, each interval in a line below its figure."""
    words = [percent(getattr(mean, name), getattr(mean, f"{name}_interval", None)) for name in names]
    return [word.replace(" (", "\n").removesuffix(")") for word in words]
