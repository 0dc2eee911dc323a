"""Measure the page under a thumb that moves, beside that of an earlier commit.

python -m benchmarks.dragging [--before REV] [--large] [--visitors N ...] [--latency MS ...] [--watch N]

Real servers, one after the other, and headless Chromium. Each visitor's page moves its own thumb by half a
percent at every animation frame, at most 60 times a second. A frame is an animation frame that paints other
cards and histograms; the wait for it runs in the browser, from the moment at which the thumb reached the
position that the cards show to the beginning of that animation frame. What comes after is not in it: the
browser's own painting, and the 80 ms in which the histograms glide to where they belong.

All runs on one machine: with several visitors, their browsers draw on the same cores as the server, so much
of what each waits for is Chromium's. With `--watch N` only the first N thumbs move at the full rate and are
measured; the others make ten steps a second. That takes nothing off a server that draws the frames: one
request of each visitor is on its way at a time, and ten a second of nine visitors are more than it answers.
It takes most off Chromium. So it shows what others do to a visitor by way of the server, though still with
the drawing of their pages; it does not show ten machines.

`--latency` delays every chunk each way, in milliseconds. The server's processor time is that of its children,
too. The bars are 50 frames a second and a 95th percentile of 35 ms, with `--large` 20 frames and 70 ms, for
each visitor and at any latency.
"""

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks._checkout import checkout
from benchmarks._large import TITLE, write_large
from benchmarks._processor import processor_seconds
from benchmarks._proxy import Traffic, proxy
from benchmarks._thumb import Visitor
from benchmarks._timing import print_table
from recipes.serving import ROOT, Server, browser, server

SECONDS = 8.0
VISITORS = (1, 10)
SLOW = 10.0
"""Steps a second of the thumbs that are not watched."""
EMBEDDED = "Fashion-MNIST"
HEADER = ["", "frames/s", "least", "median ms", "p95 ms", "kB down", "kB up", "server CPU"]


@dataclass(frozen=True)
class Outcome:
    """What a drag came to.

    Attributes:
        rates: Frames a second of each visitor that was watched.
        waits: Milliseconds from the thumb to the pixel, of all of them.
        down: Kilobytes a visitor that the server sent.
        up: Kilobytes a visitor that it was sent.
        processor: Its seconds of processor time a second.
    """

    rates: list[float]
    waits: list[float]
    down: float
    up: float
    processor: float

    def figures(self) -> list[float]:
        """Return the table's figures."""
        nothing = [float("nan")]
        waits = self.waits or nothing
        p95 = statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else waits[0]
        rates = [statistics.mean(self.rates), min(self.rates)]
        return [*rates, statistics.median(waits), p95, self.down, self.up, self.processor]


def drag(running: Server, traffic: Traffic, visitors: Sequence[Visitor], watched: int) -> Outcome:
    """Move all thumbs for some seconds.

    Args:
        running: The server.
        traffic: What passes between it and the visitors.
        visitors: All of them.
        watched: How many of them are measured; the others move slowly.
    """
    for visitor in visitors:
        visitor.press()
    down, up, processor = traffic.down, traffic.up, processor_seconds(running.pid)
    for number, visitor in enumerate(visitors):
        visitor.start(SECONDS, None if number < watched else SLOW)
    visitors[0].pause(SECONDS)
    processor = processor_seconds(running.pid) - processor
    down, up = traffic.down - down, traffic.up - up
    seen = [visitor.stop() for visitor in visitors][:watched]
    return Outcome(
        rates=[one.frames / SECONDS for one in seen],
        waits=[wait for one in seen for wait in one.waits],
        down=down / 1e3 / len(visitors),
        up=up / 1e3 / len(visitors),
        processor=processor / SECONDS,
    )


def measure(
    chromium: Browser,
    root: Path,
    folder: Path,
    title: str,
    arguments: Sequence[str],
    chosen: argparse.Namespace,
) -> dict[str, Outcome]:
    """Return the outcome of each case with the dashboard of a checkout; print what its preview weighs."""
    outcomes = {}
    preview = (root / "app" / "preview").is_dir()
    with server(folder / "log", folder / "cache", *arguments, root=root) as running:
        for latency in chosen.latency:
            with proxy(running.port, latency) as traffic:
                for count in chosen.visitors:
                    visitors = [
                        Visitor(chromium, traffic.address, title, preview=preview) for _ in range(count)
                    ]
                    if load := visitors[0].load:
                        ready = f"ready {visitors[0].ready:.2f} s after the first chart"
                        print(f"preview at {latency:g} ms each way: {ready}; {load.words()}", flush=True)
                    name = f"{count} at {latency:g} ms"
                    outcomes[name] = drag(running, traffic, visitors, chosen.watch or count)
    return outcomes


def row(name: str, figures: list[float], digits: Sequence[int]) -> list[str]:
    """Return a row of the table."""
    return [name, *(f"{figure:,.{places}f}" for figure, places in zip(figures, digits, strict=True))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Frames a second under a moving thumb.")
    parser.add_argument("--before", metavar="REV", help="an earlier commit to compare with")
    parser.add_argument("--large", action="store_true", help="an experiment of ImageNet's size, made up")
    parser.add_argument("--visitors", type=int, nargs="+", default=VISITORS, metavar="N")
    parser.add_argument("--latency", type=float, nargs="+", default=[0.0], metavar="MS", help="each way")
    parser.add_argument("--watch", type=int, metavar="N", help="measure N; the other thumbs move slowly")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        roots = {"before": stack.enter_context(checkout(chosen.before))} if chosen.before else {}
        roots["now"] = ROOT
        arguments = ["--experiment", str(write_large(folder))] if chosen.large else []
        title = TITLE if chosen.large else EMBEDDED
        chromium = stack.enter_context(browser())
        outcomes = {
            when: measure(chromium, root, folder, title, arguments, chosen) for when, root in roots.items()
        }
    rows = []
    for name in outcomes["now"]:
        figures = {when: of[name].figures() for when, of in outcomes.items()}
        rows += [row(f"{name}, {when}", values, (1, 1, 0, 0, 1, 1, 2)) for when, values in figures.items()]
        if "before" in figures:
            pairs = zip(figures["now"], figures["before"], strict=True)
            rows.append(row("  ratio", [new / old if old else float("nan") for new, old in pairs], [2] * 7))
    print_table(HEADER, rows)


if __name__ == "__main__":
    main()
