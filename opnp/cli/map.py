"""`map`: compute the sensitivity maps of an experiment."""

from typing import Annotated

import torch
import typer
from rich.table import Table

from opnp.cli import _console, _experiment, _options
from opnp.config import NeuronDefinition
from opnp.data.image_set import FeatureSet
from opnp.devices import device_named
from opnp.features import ExtractionSettings, FeatureFormat, joined
from opnp.features.library import extract_into, library_in
from opnp.sensitivity.cache import get_or_compute_sums
from opnp.sensitivity.gradients import SensitivitySums, sensitivity_sums
from opnp.store import Store


def sensitivity_map(
    experiment: _options.ExperimentKey,
    *,
    temperature: Annotated[float, typer.Option(help="T > 0 of the energy.")] = 1.0,
    format_: _options.Format = FeatureFormat.FLOAT16,
    batch_size: _options.BatchSize = 256,
    workers: _options.Workers = None,
    autocast: _options.Autocast = True,
    device: _options.Device = None,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """Compute how much the energy depends on each weight and neuron, on the ID training images.

    Features that are not there yet are extracted first. Under torchrun, the processes share both.
    """
    settings = ExtractionSettings(format_, batch_size, workers=workers, autocast=autocast)
    with _console.exit_codes(as_json=as_json), joined(device_named(device)) as processes:
        chosen = _experiment.named_experiment(experiment)
        classifier = chosen.classifier().to(processes.device)
        if isinstance(chosen.id_train, FeatureSet):
            features, _ = chosen.id_train.features()
            sums = sensitivity_sums(features, classifier.weight, classifier.bias, temperature=temperature)
        else:
            with _console.progress_bar(chosen.id_train.title) as report:
                stored = extract_into(
                    library_in(cache),
                    classifier,
                    chosen.id_train,
                    settings,
                    report=report,
                    processes=processes,
                )
            with Store(cache) as store:
                sums = get_or_compute_sums(
                    store, stored, classifier, temperature=temperature, processes=processes
                )
    if _console.is_for_people(as_json=as_json):
        _console.stdout().print(_table(sums))
    else:
        _console.print_json({"experiment": experiment, "temperature": temperature, **_summary(sums)})


def _summary(sums: SensitivitySums) -> dict[str, object]:
    weights, neurons = sums.weight_map(), sums.neuron_map(NeuronDefinition.ACTIVATION)
    return {
        "images": sums.count,
        "shape": list(weights.shape),
        "weights": _spread(weights),
        "neurons": _spread(neurons),
    }


def _spread(values: torch.Tensor) -> dict[str, float]:
    return {
        "count": values.numel(),
        "zero": int((values == 0).sum()),
        "smallest": float(values.min()),
        "median": float(values.median()),
        "largest": float(values.max()),
    }


def _table(sums: SensitivitySums) -> Table:
    table = Table("Sensitivity of", "Count", "Exactly zero", "Smallest", "Median", "Largest")
    maps = {"weights": sums.weight_map(), "neurons": sums.neuron_map(NeuronDefinition.ACTIVATION)}
    for name, values in maps.items():
        spread = _spread(values)
        ends = (f"{spread[end]:.3g}" for end in ("smallest", "median", "largest"))
        table.add_row(name, f"{spread['count']:,}", f"{spread['zero']:,}", *ends)
    table.caption = f"mean over {sums.count:,} images"
    return table
