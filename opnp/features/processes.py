"""Processes of a `torchrun`, or this one alone: distribution of chunks and sums across processes."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import distributed

from opnp import devices

_T = TypeVar("_T")
_PATIENCE = timedelta(hours=12)
"""How long a process waits for a slower one."""


@dataclass(frozen=True)
class Processes:
    """This process among those that share the work.

    Attributes:
        rank: Its number, from 0.
        size: How many there are.
        device: Where it computes; on CUDA the sums meet through NCCL, else through gloo.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = devices.CPU

    @property
    def leads(self) -> bool:
        """True for the process that prints and writes on behalf of all."""
        return self.rank == 0

    def share(self, items: Sequence[_T]) -> Sequence[_T]:
        """Return this process's part: every item goes to exactly one process."""
        return items[self.rank :: self.size]

    def wait(self) -> None:
        """Return once every process has come here."""
        self.add(torch.zeros(1))

    def add(self, values: torch.Tensor) -> torch.Tensor:
        """Return the sum of all processes' `values`, on the CPU in their dtype, the same for each process."""
        if self.size == 1:
            return values
        summed = values.clone().to(devices.reduction_device(self.device))
        distributed.all_reduce(summed)
        return summed.cpu()

    def lead(self, values: torch.Tensor) -> torch.Tensor:
        """Return the leading process's `values`, for each process."""
        return self.add(values if self.leads else torch.zeros_like(values))


ALONE = Processes()


@contextlib.contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """Join the processes that `torchrun` started; without it, be the only one.

    Args:
        device: What this process computes on; with several on CUDA, each gets the GPU of its local rank.

    Raises:
        InvalidSettingError: If there are more processes than GPUs on this machine.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Processes(device=device)
        return
    device = devices.local_device(device, int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group(devices.backend(device), timeout=_PATIENCE)
    try:
        yield Processes(distributed.get_rank(), size, device)
    finally:
        distributed.destroy_process_group()
