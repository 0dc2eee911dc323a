"""Time several ways in turns, so that a busy machine slows all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median


def alternate(ways: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    """Return seconds of each way in each of `rounds` rounds, one after the other within a round."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def milliseconds(seconds: list[float]) -> float:
    """Return the median, in milliseconds."""
    return 1e3 * median(seconds)


def ratio(slower: list[float], faster: list[float]) -> float:
    """Return the median over the rounds of how many times longer the first took than the second."""
    return median(a / b for a, b in zip(slower, faster, strict=True))


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """Print rows under their header, columns aligned, the first to the left."""
    widths = [max(len(line[column]) for line in [header, *rows]) for column in range(len(header))]
    for line in [header, ["-" * width for width in widths], *rows]:
        cells = [
            cell.ljust(w) if k == 0 else cell.rjust(w)
            for k, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
