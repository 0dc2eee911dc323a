"""`score`: classify and score image files with a detector, or with an experiment's model, pruned and not."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from opnp.cli import _console, _experiment, _options, _outputs
from opnp.cli._inputs import files_named
from opnp.cli.score_detector import DetectorResult, DetectorScorer, FileScorer, Item
from opnp.cli.score_experiment import ExperimentScorer, Skipped, file_json
from opnp.cli.score_false_discovery import (
    Rate,
    explained,
    rate_of,
    require_reference,
)
from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope
from opnp.detector import Detector
from opnp.detector.onnx_detector import GraphDetector
from opnp.devices import device_named
from opnp.errors import InvalidDataError, InvalidSettingError, OpnpError
from opnp.experiments.experiment import Experiment
from opnp.reports.printable import printable

ZIP, GRAPH = ".zip", ".onnx"
MOST_REASONS = 10


def score(
    model: Annotated[
        str,
        typer.Argument(
            help="Key or TOML file of an experiment, or a detector (.zip or .onnx).", show_default=False
        ),
    ],
    images: Annotated[
        list[str],
        typer.Argument(help="Files, folders and patterns such as 'shots/*.jpg'.", show_default=False),
    ],
    *,
    weights: _options.Weights = OPEN,
    neurons: _options.Neurons = OPEN,
    scope: _options.Scope = RankScope.GLOBAL,
    definition: _options.Definition = NeuronDefinition.ACTIVATION,
    false_discovery: Rate = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write a line an image to this file.", show_default=False)
    ] = None,
    device: _options.Device = None,
    cache: _options.Cache = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON a file, for machines.")
    ] = False,
) -> None:
    """Score images: class, confidence, energy score, p-value, and whether the threshold accepts them.

    An experiment's heads get thresholds that accept 95 % of the tune half of the ID test set; a detector
    brings its own. The p-value is the share of the held-out half that looks at most as familiar.

    Files that are no images are skipped, with the reasons counted.
    """
    with _console.exit_codes(as_json=False):
        try:
            pruning, rate = Pruning(weights, neurons, scope, definition), rate_of(false_discovery)
            output = Output(csv, rate, as_json=as_json)
            if csv is not None:
                _outputs.require_folder("--csv", csv.parent)
            files = files_named(images)
            if model.lower().endswith((ZIP, GRAPH)):
                _require_open(pruning)
                result = _score_files(_detector(model, device), files, output)
            else:
                chosen = _require_model(_experiment.named_experiment(model))
                explorer = _experiment.load_explorer(chosen, device, cache)
                result = _score_files(ExperimentScorer(explorer, pruning), files, output)
        except OpnpError as error:
            if as_json:
                _console.print_line(json.dumps({"error": str(error), "kind": type(error).__name__}))
            raise
    title, table, together = result
    if not as_json:
        _console.stdout().print(Text(title))
        _console.stdout().print(table)
    if together:
        (_console.stderr() if as_json else _console.stdout()).print(Text(together))


def _detector(path: str, device: str | None) -> FileScorer[DetectorResult]:
    if path.lower().endswith(GRAPH):
        if device not in (None, "cpu"):
            raise InvalidSettingError(
                f"Expected `--device` to be cpu for an ONNX graph but got {device!r}. "
                "Use the detector's zip there."
            )
        return DetectorScorer(GraphDetector.load(path))
    return DetectorScorer(Detector.load(path, device=device_named(device)))


def _require_model(experiment: Experiment) -> Experiment:
    if not experiment.accepts_images:
        raise InvalidSettingError(
            f"Expected an experiment whose model looks at images but {experiment.key!r} has only features. "
            "Choose one with a model to score images."
        )
    return experiment


def _require_open(pruning: Pruning) -> None:
    if pruning != UNPRUNED:
        raise InvalidSettingError(
            "Expected no windows with a detector, which brings its own, but got some. Name an experiment, or "
            "make a detector of those windows: python -m opnp deploy."
        )


@dataclass(frozen=True)
class Output:
    """What is asked for.

    Attributes:
        csv: File to write besides.
        rate: False discovery rate to reject all files together at.
        as_json: Whether to print a line a file, for machines.
    """

    csv: Path | None
    rate: float | None
    as_json: bool


def _score_files(
    judge: FileScorer[Item], files: Sequence[Path], output: Output
) -> tuple[str, Table, str | None]:
    """Score all files, print them for machines, write the CSV; return title, table and what was rejected."""
    if output.rate is not None:
        require_reference(judge.reference_size)
    results: list[Item | Skipped] = []
    people = _console.stderr()
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        task = progress.add_task("Scoring", total=len(files))
        for item in judge.judged(files):
            results.append(item)
            if output.as_json and output.rate is None:
                _print_line(judge, item)
            progress.advance(task)
    _report_skipped([item for item in results if isinstance(item, Skipped)], len(files))
    scored = [item for item in results if not isinstance(item, Skipped)]
    if not scored:
        raise InvalidDataError(
            f"Expected at least one image but none of the {len(files)} files can be scored; the "
            "reasons are above. Name images in PNG, JPEG, WebP, BMP, GIF or TIFF."
        )
    about, together = judge.about(), None
    if output.rate is not None:
        scored = judge.rejecting(scored, output.rate)
        together = explained(output.rate, len(scored), judge.rejected(scored), judge.reference_size)
        about["rejected"] = " ".join(together.split())
        rejected = iter(scored)
        for item in results if output.as_json else ():
            _print_line(judge, item if isinstance(item, Skipped) else next(rejected))
    if output.csv is not None:
        _outputs.write_table("--csv", output.csv, judge.csv(scored), about)
    return judge.title, judge.table(scored), together


def _print_line(judge: FileScorer[Item], item: Item | Skipped) -> None:
    line = file_json(item) if isinstance(item, Skipped) else judge.line(item)
    _console.print_line(json.dumps(line))


def _report_skipped(skipped: Sequence[Skipped], files: int) -> None:
    """Print to stderr what was skipped, counted by reason."""
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
    _console.stderr().print(Text("\n".join(lines)), soft_wrap=True)
