"""Options that several commands take, and their meaning."""

from pathlib import Path
from typing import Annotated

import typer

from opnp.data.image_set import ImageSet
from opnp.errors import InvalidSettingError
from opnp.experiments.experiment import Experiment
from opnp.features import FeatureFormat

ExperimentKey = Annotated[
    str, typer.Argument(help="Key of an experiment, or its TOML file.", show_default=False)
]
Device = Annotated[
    str | None, typer.Option(help="cuda, mps or cpu; the best there is by default.", show_default=False)
]
Cache = Annotated[
    Path | None,
    typer.Option(help="Cache folder; OPNP_CACHE or the repository's by default.", show_default=False),
]
Format = Annotated[FeatureFormat, typer.Option("--format", help="Number format on disk.")]
BatchSize = Annotated[int, typer.Option(min=1, help="Images a step.")]
Workers = Annotated[
    int | None,
    typer.Option(
        min=0, help="Processes that read images; by default what suits the device.", show_default=False
    ),
]
Autocast = Annotated[bool, typer.Option(help="Half precision in the backbone on CUDA.")]

Ends = tuple[float, float]

Weights = Annotated[
    Ends, typer.Option(metavar="LOW HIGH", help="Ranks of weights to keep, in percent; 0 100 prunes none.")
]
Neurons = Annotated[
    Ends, typer.Option(metavar="LOW HIGH", help="Ranks of neurons to keep, in percent; 0 100 prunes none.")
]
Scope = Annotated[
    str, typer.Option(metavar="global|per-class", help="Among which weights a weight is ranked.")
]
Definition = Annotated[
    str, typer.Option(metavar="activation|weights", help="What the sensitivity of a neuron is.")
]
Ood = Annotated[
    list[str] | None,
    typer.Option(help="Key of an OOD set; may be repeated; all of them by default.", show_default=False),
]


def sets_named(experiment: Experiment, keys: list[str] | None) -> list[ImageSet]:
    """Return the image sets of an experiment with those keys, or all of them.

    Raises:
        InvalidSettingError: If it has no such set.
    """
    sets = {images.key: images for images in experiment.sets}
    unknown = [key for key in keys or [] if key not in sets]
    if unknown:
        raise InvalidSettingError(
            f"Expected `--set` to be one of {', '.join(map(repr, sets))} but got {unknown[0]!r}."
        )
    return [images for key, images in sets.items() if not keys or key in keys]
