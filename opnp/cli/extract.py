"""`extract`: extract the features of an experiment's images."""

from typing import Annotated

import typer
from rich import filesize
from rich.table import Table

from opnp.cli import _console, _experiment, _options
from opnp.devices import device_named
from opnp.features import ExtractionSettings, FeatureFormat, StoredFeatures, joined
from opnp.features.library import extract_into, library_in


def extract(
    experiment: _options.ExperimentKey,
    *,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="Only this image set; may be repeated.", show_default=False),
    ] = None,
    format_: _options.Format = FeatureFormat.FLOAT16,
    batch_size: _options.BatchSize = 256,
    workers: _options.Workers = None,
    autocast: _options.Autocast = True,
    device: _options.Device = None,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """Run the backbone over an experiment's images, once. Stopped or killed, it goes on where it was.

    Under torchrun, the processes share the work: torchrun --nproc-per-node=4 -m opnp extract EXPERIMENT
    """
    settings = ExtractionSettings(format_, batch_size, workers=workers, autocast=autocast)
    with _console.exit_codes(as_json=as_json), joined(device_named(device)) as processes:
        chosen = _experiment.named_experiment(experiment)
        classifier = chosen.classifier().to(processes.device)
        done = {}
        for images in _options.sets_named(chosen, sets):
            with _console.progress_bar(images.title) as report:
                done[images.title] = extract_into(
                    library_in(cache), classifier, images, settings, report=report, processes=processes
                )
    if _console.is_for_people(as_json=as_json):
        _console.stdout().print(_table(done))
    else:
        _console.print_json({"experiment": experiment, "sets": [_row(*item) for item in done.items()]})


def _row(title: str, stored: StoredFeatures) -> dict[str, object]:
    return {
        "title": title,
        "rows": len(stored),
        "width": stored.width,
        "format": stored.manifest.request.format,
        "precision": stored.manifest.request.precision,
        "size_bytes": stored.size_bytes,
        "skipped": [{"index": skip.index, "reason": skip.reason} for skip in stored.skipped],
        "folder": str(stored.folder),
    }


def _table(done: dict[str, StoredFeatures]) -> Table:
    table = Table("Images", "Rows", "Skipped", "Features", "Format", "Size")
    for title, stored in done.items():
        numbers = f"{len(stored):,}", f"{len(stored.skipped):,}", f"{stored.width:,}"
        table.add_row(title, *numbers, stored.manifest.request.format, filesize.decimal(stored.size_bytes))
    return table
