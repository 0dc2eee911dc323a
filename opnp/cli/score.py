"""`score`: classify and score image files with a detector, or with an experiment's model, pruned and not."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from opnp.cli import _console, _experiment, _options, _outputs
from opnp.cli._inputs import files_named, printable, read_file
from opnp.cli.score_detector import DetectorResult, DetectorScorer, FileScorer, Item
from opnp.cli.score_experiment import ScoredImage, Skipped, csv_lines, file_json, scores_table
from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope, windows_text
from opnp.detector import Detector
from opnp.detector.onnx_detector import GraphDetector
from opnp.devices import device_named
from opnp.errors import InvalidDataError, InvalidSettingError, OpnpError, UnreadableImageError
from opnp.experiments.experiment import Experiment
from opnp.explorer import Explorer
from opnp.inference.predict import extract_features, predict, preprocess
from opnp.reports.metric_table import DIRECTION

ZIP, GRAPH = ".zip", ".onnx"
BATCH = 64
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
    csv: Annotated[
        Path | None, typer.Option(help="Also write a line an image to this file.", show_default=False)
    ] = None,
    device: _options.Device = None,
    cache: _options.Cache = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON a file, for machines.")
    ] = False,
) -> None:
    """Score images: class, confidence, energy score, and whether the threshold accepts them.

    An experiment's heads get thresholds that accept 95 % of the ID test set; a detector brings its own.

    Files that are no images are skipped, with the reasons counted.
    """
    with _console.exit_codes(as_json=False):
        try:
            pruning = Pruning(weights, neurons, scope, definition)
            if csv is not None:
                _outputs.require_folder("--csv", csv.parent)
            files = files_named(images)
            if model.lower().endswith((ZIP, GRAPH)):
                _require_open(pruning)
                title, table = _score_files(_detector(model, device), files, csv, as_json=as_json)
            else:
                chosen = _require_model(_experiment.named_experiment(model))
                explorer = _experiment.load_explorer(chosen, device, cache)
                title, table = _score_files(ExperimentScorer(explorer, pruning), files, csv, as_json=as_json)
        except OpnpError as error:
            if as_json:
                _console.print_line(json.dumps({"error": str(error), "kind": type(error).__name__}))
            raise
    if not as_json:
        _console.stdout().print(Text(title))
        _console.stdout().print(table)


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


class ExperimentScorer:
    """Scorer of files by an experiment's model, pruned and not."""

    def __init__(self, explorer: Explorer, pruning: Pruning) -> None:
        self._explorer, self._windows = explorer, windows_text(pruning)
        self._before, self._after = explorer.at(UNPRUNED), explorer.at(pruning)
        self.title = f"{explorer.prepared.experiment.title}: {self._windows}"

    def judged(self, files: Sequence[Path]) -> Iterator[ScoredImage | Skipped]:
        """Yield the result of one file after the other."""
        classifier = self._explorer.prepared.classifier
        for start in range(0, len(files), BATCH):
            inputs = {}
            for path in files[start : start + BATCH]:
                try:
                    inputs[path] = preprocess(classifier, read_file(path).image)
                except UnreadableImageError as error:
                    yield Skipped(path, str(error))
            if inputs:
                features = extract_features(classifier, list(inputs.values()))
                heads = (predict(self._explorer, features, at) for at in (self._before, self._after))
                yield from map(ScoredImage, inputs, *heads)

    def line(self, image: ScoredImage) -> dict[str, object]:
        """Return one image as a line for machines."""
        return file_json(image)

    def csv(self, scored: Sequence[ScoredImage]) -> str:
        """Return all images as CSV for spreadsheets."""
        return csv_lines(scored)

    def about(self) -> dict[str, object]:
        """Return what the columns are."""
        return {
            "experiment": self._explorer.prepared.experiment.title,
            "pruned": self._windows,
            "scores": f"energy, {DIRECTION}; threshold: accepts 95 % of the ID test set",
        }

    def table(self, scored: Sequence[ScoredImage]) -> Table:
        """Return all images as a table for people."""
        return scores_table(scored, self._after)


def _score_files(
    judge: FileScorer[Item], files: Sequence[Path], csv: Path | None, *, as_json: bool
) -> tuple[str, Table]:
    """Score all files, print them for machines as they come, write the CSV; return title and table."""
    scored: list[Item] = []
    skipped: list[Skipped] = []
    people = _console.stderr()
    with Progress(console=people, transient=True, disable=not people.is_terminal) as progress:
        task = progress.add_task("Scoring", total=len(files))
        for item in judge.judged(files):
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                scored.append(item)
            if as_json:
                line = file_json(item) if isinstance(item, Skipped) else judge.line(item)
                _console.print_line(json.dumps(line))
            progress.advance(task)
    _report_skipped(skipped, len(files))
    if not scored:
        raise InvalidDataError(
            f"Expected at least one image but none of the {len(files)} files can be scored; the "
            "reasons are above. Name images in PNG, JPEG, WebP, BMP, GIF or TIFF."
        )
    if csv is not None:
        _outputs.write_table("--csv", csv, judge.csv(scored), judge.about())
    return judge.title, judge.table(scored)


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
