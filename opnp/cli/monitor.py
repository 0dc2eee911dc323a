"""`monitor`: watch what a detector scored for images that it was not made for."""

import io
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.table import Table
from rich.text import Text

from opnp.cli import _console, _outputs
from opnp.cli.score_experiment import STRANGER
from opnp.detector.baseline import WatchedDetector, read_watched
from opnp.errors import InvalidSettingError
from opnp.monitor.looks import Sign
from opnp.monitor.page import report_page
from opnp.monitor.plain import plain
from opnp.monitor.prometheus import exposition
from opnp.monitor.scored import ScoredBatch, open_scored, read_scored
from opnp.monitor.telling import NAMES, PROMISE, counts, detail, state, verdict
from opnp.monitor.thumbnail import thumbnail
from opnp.monitor.traffic import Monitored, watched_stream
from opnp.reports.percent import stranger_than
from opnp.reports.printable import printable

PIPE = "-"


def monitor(
    detector: Annotated[str, typer.Argument(help="A detector's zip.", show_default=False)],
    scores: Annotated[
        list[str],
        typer.Argument(
            help="Files that `score` wrote (CSV, JSON lines, or a copy as Parquet), in the order of time; "
            "`-` reads a pipe.",
            show_default=False,
        ),
    ],
    *,
    time: Annotated[
        str | None,
        typer.Option(
            help="Column that says when an image was seen; `time` or `timestamp` where there is one.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with charts to this HTML file.", show_default=False)
    ] = None,
    prometheus: Annotated[
        Path | None,
        typer.Option(help="Write metrics for Prometheus to this file, as a whole.", show_default=False),
    ] = None,
    as_json: _console.AsJson = False,
) -> None:
    """Tell whether the images that a detector scores are still those that it was made for.

    The share rejected, the distribution of scores and the mix of predicted classes are compared with those
    of held-out ID images, which the detector carries; its model is not needed. Exit code 4 is an alarm.
    """
    with _console.exit_codes(as_json=as_json):
        _require_one_pipe(scores)
        outputs = {"--report": report, "--prometheus": prometheus}
        _outputs.require_files(outputs)
        _outputs.require_apart(outputs, [Path(name) for name in (detector, *scores) if name != PIPE])
        watched = read_watched(Path(detector))
        seen = watched_stream(_batches(scores, time), watched.baseline)
        if prometheus is not None:
            _outputs.write_whole("--prometheus", prometheus, exposition(seen, watched.title))
        if report is not None:
            _outputs.write_whole("--report", report, _page(watched, seen))
        if as_json:
            _console.print_json({"detector": watched.title, **plain(seen)})
        else:
            _print(watched, seen)
        if seen.alarms:
            raise typer.Exit(_console.Exit.NOTICED)


def _require_one_pipe(names: Sequence[str]) -> None:
    if names.count(PIPE) > 1:
        raise InvalidSettingError("Expected `-` once, for there is one pipe, but got it twice. Name it once.")


def _batches(names: Sequence[str], time: str | None) -> Iterator[ScoredBatch]:
    return chain.from_iterable(_of_file(name, time) for name in names)


def _of_file(name: str, time: str | None) -> Iterator[ScoredBatch]:
    if name == PIPE:
        yield from read_scored(_piped(), name="the pipe", time=time)
        return
    with open_scored(Path(name)) as source:
        yield from read_scored(source, name=printable(name), time=time)


def _piped() -> io.BufferedIOBase:
    return cast("io.BufferedIOBase", sys.stdin.buffer)


def _page(watched: WatchedDetector, seen: Monitored) -> str:
    found = {image.image: thumbnail(Path(image.file)) for image in seen.strangest if image.file}
    thumbnails = {number: picture for number, picture in found.items() if picture is not None}
    return report_page(seen, title=watched.title, source=watched.source, thumbnails=thumbnails)


def _print(watched: WatchedDetector, seen: Monitored) -> None:
    console = _console.stdout()
    lines = [printable(watched.title), verdict(seen), printable(counts(seen, watched.source))]
    console.print(Text("\n".join(lines)), soft_wrap=True)
    table = Table("Sign", "", "What is seen", caption=PROMISE)
    for sign in Sign:
        table.add_row(NAMES[sign], state(seen, sign), Text(printable(detail(seen, sign))))
    console.print(table)
    least = Table("Least familiar", "Class")
    for name in ("Image", "Score", STRANGER):
        least.add_column(name, justify="right")
    for image in seen.strangest:
        cells = Text(printable(image.file)), Text(printable(image.class_name)), f"{image.image:,}"
        least.add_row(*cells, f"{image.score:.2f}", stranger_than(image.p_value))
    console.print(least)
