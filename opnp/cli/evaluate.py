"""`evaluate`: the page's figures at one position of the windows, from a terminal."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from opnp.cli import _console, _experiment, _options, _outputs
from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope, windows_text
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half
from opnp.experiments.experiment import Experiment
from opnp.explorer import Snapshot
from opnp.reports.csv_table import csv_of
from opnp.reports.full_spectrum import FULL_SPECTRUM, FULL_SPECTRUM_IS, FullSpectrum, full_spectrum
from opnp.reports.metric_table import (
    AVERAGE,
    DIRECTION,
    MetricTable,
    Record,
    describe_pruning,
    evaluations,
    id_record,
    metric_table,
    realised,
    records,
)
from opnp.reports.percent import percent, percent_ends
from opnp.reports.provenance import MEANING, method_records, position_record, provenance, remarks

Halves = Mapping[Half, MetricTable]
Named = Mapping[Half, Mapping[str, Evaluation]]


def evaluate(
    experiment: _options.ExperimentKey,
    *,
    weights: _options.Weights = OPEN,
    neurons: _options.Neurons = OPEN,
    scope: _options.Scope = RankScope.GLOBAL,
    definition: _options.Definition = NeuronDefinition.ACTIVATION,
    ood: _options.Ood = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write every figure to this file.", show_default=False)
    ] = None,
    device: _options.Device = None,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """Compare the pruned model with the unpruned one on every OOD set: what the Explore page shows.

    --neurons 30 100 prunes the 30 % least sensitive neurons.

    Features and maps that are not there yet are computed first.
    """
    with _console.exit_codes(as_json=as_json):
        pruning = Pruning(weights, neurons, scope, definition)
        if csv is not None:
            _outputs.require_folder("--csv", csv.parent)
        chosen = _experiment.named_experiment(experiment)
        keys = _experiment.ood_keys(chosen, ood)
        explorer = _experiment.load_explorer(chosen, device, cache, shifted=True)
        keys = _experiment.usable_keys(explorer, keys, ood)
        before, after = explorer.at(UNPRUNED), explorer.at(pruning)
        unpruned, pruned = (
            {half: metric_table(explorer, snapshot, keys, half) for half in Half}
            for snapshot in (before, after)
        )
        spectra = [full_spectrum(explorer, snapshot, keys) for snapshot in (before, after)]
        made_from = provenance(explorer, explorer.prepared.classifier.weight.device)
        if csv is not None:
            rows = [
                *_records("Energy", before, unpruned, spectra[0]),
                *_records(after.pruning.kind, after, pruned, spectra[1]),
            ]
            meaning = MEANING if spectra[0] is None else {**MEANING, "id": FULL_SPECTRUM_IS}
            _outputs.write_table("--csv", csv, csv_of(rows), {**made_from, **meaning})
    if as_json:
        position = {"pruning": describe_pruning(pruning), "realised": realised(after.head)}
        tables = {
            name: {**_as_json(halves), **({} if spectrum is None else _spectrum_as_json(spectrum))}
            for name, halves, spectrum in zip(
                ("unpruned", "pruned"), (unpruned, pruned), spectra, strict=True
            )
        }
        _console.print_json(
            {
                **made_from,
                **remarks(explorer.prepared),
                "scores": DIRECTION,
                "unit": "fractions",
                **position,
                **tables,
            }
        )
        return
    stdout = _console.stdout()
    stdout.print(Text(f"{chosen.title}: {windows_text(pruning)}"))
    stdout.print(_table(chosen, unpruned, pruned))
    stdout.print(_foot(after, unpruned[Half.REPORT], pruned[Half.REPORT]))
    old, new = spectra
    if old is not None and new is not None:
        stdout.print(Text(f"\nFull spectrum: ID test and {_listed(chosen, new)} together are the ID"))
        stdout.print(_table(chosen, old.halves, new.halves))
        for key, part in new.sets.items():
            accuracy = change(old.sets[key].accuracy, part.accuracy)
            stdout.print(Text(f"Accuracy on {chosen.titles[key]} {accuracy} %, on {part.images:,} images"))


def _listed(experiment: Experiment, spectrum: FullSpectrum) -> str:
    *others, last = (experiment.titles[key] for key in spectrum.sets)
    return f"{', '.join(others)} and {last}" if others else last


def _records(
    name: str, snapshot: Snapshot, halves: Halves, spectrum: FullSpectrum | None
) -> Iterator[Record]:
    """Yield the rows of a position; with shifted sets, those on the full spectrum too, told by `id`."""
    position = name, snapshot.pruning, snapshot.head
    for figures in halves.values():
        for record in method_records(*position, figures):
            yield record if spectrum is None else {**record, "id": "test"}
    if spectrum is None:
        return
    for figures in spectrum.halves.values():
        yield from ({**record, "id": FULL_SPECTRUM} for record in method_records(*position, figures))
    for key, part in spectrum.sets.items():
        accuracy: Record = {"set": key, "images": part.images, "accuracy": part.accuracy, "id": key}
        yield {**position_record(*position), **accuracy}


def _spectrum_as_json(spectrum: FullSpectrum) -> dict[str, object]:
    shifted = [{"set": key, **asdict(part)} for key, part in spectrum.sets.items()]
    return {"shifted": shifted, "full_spectrum": _as_json(spectrum.halves)}


def _as_json(halves: Halves) -> dict[str, object]:
    on_id = {str(half): id_record(figures.together) for half, figures in halves.items()}
    shared = {name for record in on_id.values() for name in record} | {"half"}
    sets = {
        str(half): [
            {name: value for name, value in record.items() if name not in shared}
            for record in records(figures)
        ]
        for half, figures in halves.items()
    }
    images = {str(half): int(figures.together.reliability.count.sum()) for half, figures in halves.items()}
    return {"id": {half: {"images": images[half], **record} for half, record in on_id.items()}, **sets}


def _table(experiment: Experiment, before: Halves, after: Halves) -> Table:
    table = Table(
        "OOD set", caption="in percent; tune: the images to choose windows on; 95 % intervals below"
    )
    for name in ("FPR95 ↓ tune", "FPR95 ↓ held out", "AUROC ↑ tune", "AUROC ↑ held out"):
        table.add_column(name, justify="right")
    old, new = (
        {half: evaluations(figures) for half, figures in halves.items()} for halves in (before, after)
    )
    keys = dict.fromkeys(key for named in old.values() for key in named)
    sets = [key for key in experiment.titles if key in keys]
    for key in sets:
        table.add_row(Text(experiment.titles[key]), *_cells(key, old, new))
    table.add_section()
    for key in [key for key in keys if key not in (*sets, AVERAGE)] + [AVERAGE]:
        table.add_row(Text(key.capitalize()), *_cells(key, old, new))
    return table


def _cells(key: str, before: Named, after: Named) -> list[str]:
    """Return figures of both halves, "–" for one that a set has no images in."""
    cells = []
    for name in ("fpr95", "auroc"):
        for half in Half:
            if key not in after[half]:
                cells.append("–")
                continue
            old, new = before[half][key], after[half][key]
            moved = change(getattr(old, name), getattr(new, name))
            cells.append(f"{moved}\n{percent_ends(getattr(new, f'{name}_interval'))}")
    return cells


def change(old: float, new: float) -> str:
    """Return before and after in percent, or one of them where both read the same.

    Example:
        >>> change(0.29, 0.05), change(0.5, 0.5)
        ('29.0 → 5.0', '50.0')
    """
    before, after = percent(old), percent(new)
    return after if before == after else f"{before} → {after}"


def _foot(after: Snapshot, unpruned: MetricTable, pruned: MetricTable) -> Text:
    old, new, head = unpruned.together, pruned.together, after.head
    idle = f", {head.zero_sensitivity:,} of them of sensitivity 0" if head.zero_sensitivity else ""
    accuracy = f"{change(old.accuracy, new.accuracy)} % ({percent_ends(new.accuracy_interval)})"
    ece = f"{change(old.reliability.ece, new.reliability.ece)} % ({percent_ends(new.ece_interval)})"
    return Text(
        f"ID accuracy {accuracy}, ECE {ece}, held out, on {new.reliability.count.sum():,} images\n"
        f"Pruned: {head.pruned_weights:,} of {head.mask.numel():,} weights ({percent(head.pruned_share)} %"
        f"{idle}), {head.pruned_neurons:,} of {head.neuron_mask.numel():,} neurons"
    )
