"""Time several ways in turns, so that a busy machine slows all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median

import torch


def alternate(ways: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    """Return seconds of each way in each of `rounds` rounds, one after the other within a round.

    What a way leaves to a GPU is part of its time.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            wait_for_gpu()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def wait_for_gpu() -> None:
    """Return once a GPU, if there is one, has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def memory_beside(way: Callable[[], object]) -> int:
    """Return the most bytes that a way takes on the GPU beside what lies there before; 0 without one."""
    if not torch.cuda.is_available():
        way()
        return 0
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    way()
    return torch.cuda.max_memory_allocated() - before


def name_of(device: torch.device) -> str:
    """Return the card of a device on CUDA, else the number of threads."""
    card = device.type == "cuda"
    return torch.cuda.get_device_name(device) if card else f"{torch.get_num_threads()} threads"


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
