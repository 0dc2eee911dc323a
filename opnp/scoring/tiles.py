"""Lay out features in tiles of samples side by side, to multiply 64 of them by one weight at once."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch

from opnp.scoring.kernels import TILE

_SHARES_A_THREAD = 4


@dataclass(frozen=True)
class Tiles:
    """Features of `samples` samples as (tiles, D, TILE) float32; the last tile is filled up with zeros."""

    values: torch.Tensor
    samples: int


def into_tiles(features: torch.Tensor) -> Tiles:
    """Lay (N, D) features out as tiles. A copy: the features themselves need not be kept.

    Args:
        features: (N, D) floating point on the CPU.

    Returns:
        (ceil(N / TILE), D, TILE) float32.
    """
    samples, width = features.shape
    values = torch.empty(-(-samples // TILE), width, TILE)
    whole = samples // TILE
    values[:whole] = features[: whole * TILE].reshape(whole, TILE, width).transpose(1, 2)
    if whole < values.shape[0]:
        values[whole] = 0.0
        values[whole, :, : samples % TILE] = features[whole * TILE :].T
    return Tiles(values, samples)


def share_out(task: Callable[[int, int], None], tiles: int) -> None:
    """Call task(first, last) over ranges that cover all tiles, on as many threads as torch may use.

    Shares are smaller than a thread's part, so that a core that others slow down gets fewer of them.
    """
    threads = min(torch.get_num_threads(), os.cpu_count() or 1, tiles)
    if threads == 1:
        task(0, tiles)
        return
    shares = min(threads * _SHARES_A_THREAD, tiles)
    edges = [tiles * share // shares for share in range(shares + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(task, edges[:-1], edges[1:]))
