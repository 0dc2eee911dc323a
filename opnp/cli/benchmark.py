"""`benchmark`: MSP, Energy, OPP, ONP and OPNP on every OOD set, printed and saved."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from opnp.benchmark import Benchmark, run_benchmark
from opnp.cli import _console, _experiment, _options, _outputs
from opnp.config import NeuronDefinition, RankScope, Window
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.reports.markdown import METRICS, choosing_text, markdown, metric_rows, summary_rows
from opnp.reports.provenance import benchmark_csv, benchmark_json, provenance, remarks
from opnp.search.trial import MAX_ACCURACY_LOSS, PARTNERS, WINDOWS, Grid

PER_SET = ("FPR95 ↓", "AUROC ↑")
"""Metrics that are printed; the files hold them all."""


def benchmark(
    experiment: _options.ExperimentKey,
    *,
    weights: Annotated[
        _experiment.Ends | None,
        typer.Option(metavar="LOW HIGH", help="Fix the weights' window by hand.", show_default=False),
    ] = None,
    neurons: Annotated[
        _experiment.Ends | None,
        typer.Option(metavar="LOW HIGH", help="Fix the neurons' window by hand.", show_default=False),
    ] = None,
    scope: Annotated[
        str | None,
        typer.Option(
            metavar="global|per-class",
            help="Fix the scope of the weights' ranks; both are tried by default.",
            show_default=False,
        ),
    ] = None,
    definition: Annotated[
        str | None,
        typer.Option(
            metavar="activation|weights",
            help="Fix the sensitivity of a neuron; both are tried by default.",
            show_default=False,
        ),
    ] = None,
    max_accuracy_loss: Annotated[
        float, typer.Option(min=0, max=100, help="Points of ID accuracy that a chosen window may cost.")
    ] = 100 * MAX_ACCURACY_LOSS,
    ood: _experiment.Ood = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for the files; results/EXPERIMENT here by default.", show_default=False
        ),
    ] = None,
    device: _options.Device = None,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """Make the field's table: five methods on the held-out halves, saved as CSV, JSON and Markdown.

    Windows are chosen on the tune halves from a small grid, or fixed by hand.

    A fixed window means global ranks and the definition by activation, unless those are named.
    """
    with _console.exits(as_json=as_json):
        grid = _grid(weights, neurons, scope, definition)
        chosen = load_experiment(experiment)
        keys = _experiment.ood_keys(chosen, ood)
        place = _outputs.require_folder("--out", folder or Path("results") / chosen.key)
        explorer = _experiment.ready(chosen, device, cache)
        keys = _experiment.there(explorer, keys, ood)
        table = _run(explorer, keys, grid, max_accuracy_loss / 100)
        made_from = provenance(explorer, explorer.prepared.classifier.weight.device)
        command = _command(chosen.key, weights, neurons, scope, definition, max_accuracy_loss, ood)
        titles = {images.key: images.title for images in chosen.ood if images.key in keys}
        machine = {**benchmark_json(table, made_from, keys), "command": command}
        machine |= remarks(explorer.prepared)
        files = {
            "benchmark.csv": benchmark_csv(table),
            "benchmark.json": json.dumps(machine, indent=1) + "\n",
            "benchmark.md": markdown(table, made_from, titles, command),
        }
        for name, text in files.items():
            _outputs.write("--out", place / name, text)
    if as_json:
        _console.show_json(machine)
        return
    stdout = _console.stdout()
    stdout.print(Text(f"{chosen.title}, on the held-out halves, in percent, with 95 % intervals"))
    stdout.print(_table("Average", *_printed(table)))
    for name in PER_SET:
        stdout.print(_table(name, *metric_rows(table, titles, METRICS[name])))
    stdout.print(Text(choosing_text(table)))
    stdout.print(Text(f"Saved {', '.join(files)} in {place}"), soft_wrap=True)


def _grid(
    weights: _experiment.Ends | None,
    neurons: _experiment.Ends | None,
    scope: str | None,
    definition: str | None,
) -> Grid:
    """What is left to choose."""
    named = _experiment.pruning_of(
        weights or (0, 100),
        neurons or (0, 100),
        scope or RankScope.GLOBAL,
        definition or NeuronDefinition.ACTIVATION,
    )
    return Grid(
        weights=(Window(*named.weights),) if weights else WINDOWS,
        neurons=(Window(*named.neurons),) if neurons else WINDOWS,
        scopes=(RankScope(named.scope),) if scope or weights else tuple(RankScope),
        definitions=(NeuronDefinition(named.neuron_definition),)
        if definition or neurons
        else tuple(NeuronDefinition),
    )


def _run(explorer: Explorer, keys: Sequence[str], grid: Grid, max_accuracy_loss: float) -> Benchmark:
    most = 1 + len(grid.opp) + len(grid.onp) + min(PARTNERS, len(grid.opp)) * min(PARTNERS, len(grid.onp))
    people = _console.people()
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        task = progress.add_task("Choosing windows on the tune halves", total=most)
        return run_benchmark(
            explorer,
            keys,
            grid=grid,
            max_accuracy_loss=max_accuracy_loss,
            progress=lambda tried: progress.update(task, completed=tried),
        )


def _command(
    key: str,
    weights: _experiment.Ends | None,
    neurons: _experiment.Ends | None,
    scope: str | None,
    definition: str | None,
    max_accuracy_loss: float,
    ood: list[str] | None,
) -> list[str]:
    """The words that make the same table again."""
    words = ["python", "-m", "opnp", "benchmark", key]
    for name, window in (("--weights", weights), ("--neurons", neurons)):
        words += [] if window is None else [name, *(f"{end:g}" for end in window)]
    for name, value in (("--scope", scope), ("--definition", definition)):
        words += [] if value is None else [name, value]
    words += ["--max-accuracy-loss", f"{max_accuracy_loss:g}"]
    return words + [word for name in ood or [] for word in ("--ood", name)]


def _printed(table: Benchmark) -> tuple[list[str], list[list[str]]]:
    """The summary without what is pruned: that is said below the tables."""
    header, rows = summary_rows(table)
    keep = [place for place, name in enumerate(header) if name not in ("Kept", "Pruned")]
    return [header[place] for place in keep], [[row[place] for place in keep] for row in rows]


def _table(title: str, header: list[str], rows: list[list[str]]) -> Table:
    """A table narrow enough for a terminal: each interval below its figure, nothing cut off."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for name in header:
        table.add_column(name, justify="left" if name == header[0] else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell.replace(" (", "\n").removesuffix(")")) for cell in row))
    return table
