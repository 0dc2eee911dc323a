"""`score`: what the model, pruned and not, makes of somebody's images."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from opnp.commands import console, exploring, options, writing
from opnp.commands.files import files_named, read_file
from opnp.commands.scored import Scored, Skipped, csv_lines, machine, printable, scores_table
from opnp.config import OPEN, UNPRUNED, NeuronDefinition, RankScope
from opnp.errors import InvalidDataError, InvalidSettingError, OpnpError, UnreadableImageError
from opnp.experiment import Experiment, load_experiment
from opnp.explorer import Explorer, Snapshot
from opnp.judging import features_of, opinions, transformed
from opnp.markdown import windows_text

BATCH = 64
MOST_REASONS = 10


def score(
    experiment: options.ExperimentKey,
    images: Annotated[
        list[str],
        typer.Argument(help="Files, folders and patterns such as 'shots/*.jpg'.", show_default=False),
    ],
    *,
    weights: exploring.Weights = OPEN,
    neurons: exploring.Neurons = OPEN,
    scope: exploring.Scope = RankScope.GLOBAL,
    definition: exploring.Definition = NeuronDefinition.ACTIVATION,
    csv: Annotated[
        Path | None, typer.Option(help="Also write a line an image to this file.", show_default=False)
    ] = None,
    device: options.Device = None,
    cache: options.Cache = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON a file, for machines.")
    ] = False,
) -> None:
    """Score images: class, confidence, energy score, and whether the threshold accepts them.

    The threshold of each head accepts 95 % of the ID test set.

    Files that are no images are skipped, with the reasons counted.
    """
    with console.exits(as_json=False):
        try:
            pruning = exploring.pruning_of(weights, neurons, scope, definition)
            if csv is not None:
                writing.require_folder("--csv", csv.parent)
            files = files_named(images)
            chosen = _with_a_model(load_experiment(experiment))
            explorer = exploring.ready(chosen, device, cache)
            after = explorer.at(pruning)
            judged = []
            for said in _judged(explorer, files, explorer.at(UNPRUNED), after):
                judged.append(said)
                if as_json:
                    typer.echo(json.dumps(machine(said)))
            scored = [said for said in judged if isinstance(said, Scored)]
            _tell([said for said in judged if isinstance(said, Skipped)], len(judged))
            if not scored:
                raise InvalidDataError(
                    f"Expected at least one image but none of the {len(files)} files can be scored; the "
                    "reasons are above. Name images in PNG, JPEG, WebP, BMP, GIF or TIFF."
                )
            if csv is not None:
                writing.write("--csv", csv, csv_lines(scored, windows_text(pruning)))
        except OpnpError as error:
            if as_json:
                typer.echo(json.dumps({"error": str(error), "kind": type(error).__name__}))
            raise
    if not as_json:
        console.stdout().print(Text(f"{chosen.title}: {windows_text(pruning)}"))
        console.stdout().print(scores_table(scored, after))


def _with_a_model(experiment: Experiment) -> Experiment:
    if not experiment.accepts_images:
        raise InvalidSettingError(
            f"Expected an experiment whose model looks at images but {experiment.key!r} has only features. "
            "Choose one with a model to score images."
        )
    return experiment


def _judged(
    explorer: Explorer, files: Sequence[Path], before: Snapshot, after: Snapshot
) -> Iterator[Scored | Skipped]:
    classifier = explorer.prepared.classifier
    for start in range(0, len(files), BATCH):
        inputs = {}
        for path in files[start : start + BATCH]:
            try:
                inputs[path] = transformed(classifier, read_file(path).image)
            except UnreadableImageError as error:
                yield Skipped(path, str(error))
        if inputs:
            features = features_of(classifier, list(inputs.values()))
            heads = (opinions(explorer, features, snapshot) for snapshot in (before, after))
            yield from map(Scored, inputs, *heads)


def _tell(skipped: Sequence[Skipped], files: int) -> None:
    """Say on stderr what was skipped, counted by reason."""
    if not skipped:
        return
    first = {skip.reason: skip.file.name for skip in reversed(skipped)}
    counts = Counter(skip.reason for skip in skipped).most_common()
    lines = [f"Skipped {len(skipped):,} of {files:,} files:"]
    for reason, count in counts[:MOST_REASONS]:
        more = f" and {count - 1:,} more" if count > 1 else ""
        lines.append(f"  {printable(first[reason])}{more}: {reason}")
    if len(counts) > MOST_REASONS:
        lines.append(f"  and {len(counts) - MOST_REASONS:,} more reasons")
    console.people().print(Text("\n".join(lines)), soft_wrap=True)
