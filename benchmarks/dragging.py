"""Measure the page under a thumb that moves, beside that of an earlier commit.

python -m benchmarks.dragging [--before REV] [--large] [--visitors N ...] [--latency MS ...] [--watch N]

Real servers and headless Chromium; each case is run with one server right after the other. Each visitor's
page moves its own thumb by half a percent at every animation frame, at most 60 times a second. A frame is an
animation frame that paints other cards and histograms; the wait for it runs in the browser, from the moment
at which the thumb reached the position that the cards show to the beginning of that animation frame. What
comes after is not in it: the browser's own painting, and the 80 ms in which the histograms glide.

All runs on one machine: with several visitors, their browsers draw on the same cores as the server, so much
of what each waits for is Chromium's. With `--watch N` only the first N thumbs move at the full rate and are
measured. The others make two steps a second, in pages whose histograms do not glide, so that Chromium leaves
the cores to the server. It shows what others do to a visitor by way of the server, and less than ten machines
would: of a server that draws the frames, each of the others would ask as often as it answers.

`--latency` delays every chunk each way, in milliseconds. The server's processor time is that of its children,
too; the last column is what everything else on the machine took: nothing, where the rest is to be believed.
The bars are 50 frames a second and a 95th percentile of 35 ms, with `--large` 20 frames and 70 ms, for each
visitor and at any latency.
"""

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks._checkout import earlier
from benchmarks._large import TITLE, write_large
from benchmarks._processor import processor_seconds, seconds_of_others
from benchmarks._proxy import Traffic, proxy
from benchmarks._thumb import Visitor
from benchmarks._timing import print_table
from recipes.serving import ROOT, Server, browser, server

SECONDS = 8.0
VISITORS = (1, 10)
SLOW = 2.0
"""Steps a second of the thumbs that are not watched."""
EMBEDDED = "Fashion-MNIST"
HEADER = ["", "frames/s", "least", "median ms", "p95 ms", "kB down", "kB up", "server CPU", "others' CPU"]


@dataclass(frozen=True)
class Outcome:
    """What a drag came to.

    Attributes:
        rates: Frames a second of each visitor that was watched.
        waits: Milliseconds from the thumb to the pixel, of all of them.
        down: Kilobytes a visitor that the server sent.
        up: Kilobytes a visitor that it was sent.
        processor: Its seconds of processor time a second.
        others: Those of everything that is not of this benchmark.
    """

    rates: list[float]
    waits: list[float]
    down: float
    up: float
    processor: float
    others: float

    def figures(self) -> list[float]:
        """Return the table's figures."""
        nothing = [float("nan")]
        waits = self.waits or nothing
        p95 = statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else waits[0]
        rates = [statistics.mean(self.rates), min(self.rates)]
        return [*rates, statistics.median(waits), p95, self.down, self.up, self.processor, self.others]


@dataclass(frozen=True)
class Checkout:
    """A dashboard that runs.

    Attributes:
        server: Its server.
        preview: Whether its browsers draw the frames.
    """

    server: Server
    preview: bool


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
    others = seconds_of_others()
    for number, visitor in enumerate(visitors):
        visitor.start(SECONDS, None if number < watched else SLOW)
    visitors[0].pause(SECONDS)
    processor, others = processor_seconds(running.pid) - processor, seconds_of_others() - others
    down, up = traffic.down - down, traffic.up - up
    seen = [visitor.stop() for visitor in visitors][:watched]
    return Outcome(
        rates=[one.frames / SECONDS for one in seen],
        waits=[wait for one in seen for wait in one.waits],
        down=down / 1e3 / len(visitors),
        up=up / 1e3 / len(visitors),
        processor=processor / SECONDS,
        others=others / SECONDS,
    )


def measure(
    chromium: Browser, checkout: Checkout, title: str, latency: float, count: int, watched: int
) -> Outcome:
    """Drag with a checkout's dashboard; print what its preview weighs."""
    with proxy(checkout.server.port, latency) as traffic:
        visitors = [
            Visitor(chromium, traffic.address, title, preview=checkout.preview, still=number >= watched)
            for number in range(count)
        ]
        if load := visitors[0].load:
            ready = f"ready {visitors[0].ready:.2f} s after the first chart"
            print(f"preview at {latency:g} ms each way: {ready}; {load.words()}", flush=True)
        return drag(checkout.server, traffic, visitors, watched)


def row(name: str, figures: Sequence[float]) -> list[str]:
    """Return a row of the table."""
    return [name, *(f"{figure:,.{2 if figure < 10 else 1}f}" for figure in figures)]


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
        roots = {"before": stack.enter_context(earlier(chosen.before))} if chosen.before else {}
        roots["now"] = ROOT
        arguments = ["--experiment", str(write_large(folder))] if chosen.large else []
        title = TITLE if chosen.large else EMBEDDED
        checkouts = {}
        for when, root in roots.items():
            running = server(folder / f"log of {when}", folder / "cache", *arguments, root=root)
            preview = (root / "app" / "preview").is_dir()
            checkouts[when] = Checkout(stack.enter_context(running), preview)
        chromium = stack.enter_context(browser())
        rows = []
        for latency in chosen.latency:
            for count in chosen.visitors:
                figures = {}
                for when, checkout in checkouts.items():
                    watched = chosen.watch or count
                    outcome = measure(chromium, checkout, title, latency, count, watched)
                    figures[when] = outcome.figures()
                    rows.append(row(f"{count} at {latency:g} ms, {when}", figures[when]))
                    print("  ".join(rows[-1]), flush=True)
                if chosen.before:
                    pairs = zip(figures["now"], figures["before"], strict=True)
                    ratios = [new / old if old else float("nan") for new, old in pairs]
                    rows.append(row("  ratio", ratios))
    print_table(HEADER, rows)


if __name__ == "__main__":
    main()
