"""A total order of values with ties: by further keys, each worked out only while something is still tied."""

from collections.abc import Iterable

import torch


def total_ranks(values: torch.Tensor, ties: Iterable[torch.Tensor] = ()) -> torch.Tensor:
    """Return the rank of every entry along the last axis, 0 for the smallest.

    Entries of one value are ordered by the first key, those that are still tied by the second, and so on;
    what no key tells apart goes by index. Zeros of either sign are one value.

    Args:
        values: (..., n), finite.
        ties: Keys of the same shape; a generator is asked for the next one only while there are ties.

    Returns:
        (..., n) int64, a permutation of 0..n-1 along the last axis.

    Example:
        >>> total_ranks(torch.tensor([1.0, 0.0, 0.0]), [torch.tensor([0, 5, 2])])
        tensor([2, 1, 0])
    """
    width = values.shape[-1]
    order = torch.argsort(values, dim=-1, stable=True)
    places = torch.arange(width, device=values.device).expand_as(order)
    order = _untied(values, order, ties)
    return torch.empty_like(order).scatter_(-1, order, places)


def _untied(values: torch.Tensor, order: torch.Tensor, ties: Iterable[torch.Tensor]) -> torch.Tensor:
    """Return the order with each run of one value put in the order of the keys."""
    ordered = values.gather(-1, order)
    first = torch.ones_like(order, dtype=torch.bool)  # of its run
    first[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    if bool(first.all()):
        return order
    rows = torch.arange(order.numel() // order.shape[-1], device=order.device) * order.shape[-1]
    flat, first = (order + rows.reshape(*order.shape[:-1], 1)).flatten(), first.flatten()
    tied = (~first).nonzero().flatten()
    tied = torch.unique(torch.cat([tied, tied - 1]))  # ascending places in `flat`, whole runs
    for key in ties:
        entries, run = flat[tied], first[tied].cumsum(0)
        by_key = key.flatten()[entries].argsort(stable=True)
        by_run = by_key[run[by_key].argsort(stable=True)]
        keys = key.flatten()[entries[by_run]]
        flat[tied] = entries[by_run]
        first[tied[1:]] |= keys[1:] != keys[:-1]  # where a run begins it is True already
        last = torch.cat([first[tied][1:], torch.ones(1, dtype=torch.bool, device=first.device)])
        tied = tied[~(first[tied] & last)]
        if not len(tied):
            break
    return flat.reshape(order.shape) % order.shape[-1]
