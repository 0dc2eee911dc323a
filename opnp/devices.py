"""Devices and their capabilities. No other module asks for a device by its name."""

import contextlib
from collections.abc import Iterator
from functools import cache
from threading import Lock
from typing import Any

import torch

from opnp.errors import InvalidSettingError

CPU = torch.device("cpu")

_TITLES = {"cuda": "an NVIDIA GPU (CUDA)", "mps": "Apple's GPU (MPS)", "cpu": "the CPU"}
_IN_CUDA = "cuda"


def best_device() -> torch.device:
    """Return CUDA, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device(_IN_CUDA)
    return torch.device("mps") if torch.backends.mps.is_available() else CPU


def device_named(name: str | None) -> torch.device:
    """Return the device of that name, or the best available.

    Args:
        name: `cuda`, `cuda:1`, `mps`, `cpu`, or what torch calls this machine's accelerator.

    Raises:
        InvalidSettingError: If there is no such device here.
    """
    if name is None:
        return best_device()
    counts = _device_counts()
    kind, colon, number = name.partition(":")
    numbered = number.isascii() and number.isdecimal()
    if kind not in counts or (colon and not (numbered and int(number) < counts[kind])):
        known = ", ".join(repr(device) for device in counts)
        raise InvalidSettingError(
            f"Expected `--device` to be one of {known}, the devices of this machine, but got {name!r}."
        )
    return torch.device(name)


def devices() -> list[torch.device]:
    """Return the devices of this machine, the one that is used by default first.

    Example:
        >>> CPU in devices()
        True
    """
    every = [
        torch.device(kind, number) if count > 1 else torch.device(kind)
        for kind, count in _device_counts().items()
        for number in range(count)
    ]
    return sorted(every, key=lambda device: device.type != best_device().type)


def described(device: torch.device) -> str:
    """Return a device's title with what it is: its model and memory, or the threads of the CPU.

    Example:
        >>> described(CPU).startswith("the CPU, ")
        True
    """
    if device.type == _IN_CUDA:
        found = torch.cuda.get_device_properties(device)
        return f"{title(device)}, {found.name}, {found.total_memory / 2**30:.0f} GiB"
    if is_cpu(device):
        threads = torch.get_num_threads()
        return f"{title(device)}, {threads} thread{'s' if threads > 1 else ''}"
    return title(device)


def title(device: torch.device) -> str:
    """Return a device's name for people.

    Example:
        >>> title(CPU)
        'the CPU'
    """
    return _TITLES.get(device.type, f"the device {device.type!r}")


def is_cpu(device: torch.device) -> bool:
    """Return whether the device's tensors are ordinary memory, which numpy and compiled loops can read.

    Example:
        >>> is_cpu(CPU)
        True
    """
    return device.type == CPU.type


@cache
def has_float64(device: torch.device) -> bool:
    """Return whether the device supports float64, unlike Apple's MPS and some others.

    Example:
        >>> has_float64(CPU)
        True
    """
    try:
        torch.zeros(1, dtype=torch.float64, device=device)
    except (TypeError, RuntimeError):
        return False
    return True


def summing_device(device: torch.device) -> torch.device:
    """Return the device for float64 sums of results from `device`: itself if it can, else the CPU.

    Example:
        >>> summing_device(CPU)
        device(type='cpu')
    """
    return device if has_float64(device) else CPU


def placed(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Move a tensor to `device`, as float32 where float64 is not supported; itself if it is already there.

    Example:
        >>> here = torch.ones(2)
        >>> placed(here, CPU) is here
        True
    """
    wide = tensor.dtype == torch.float64 and not has_float64(device)
    return tensor.to(device, torch.float32 if wide else tensor.dtype, non_blocking=uses_pinned_memory(device))


def to_device_for_convolution(images: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Move images (N, ...) to `device`, in the memory order of its fastest convolutions."""
    moved = placed(images, device)
    quicker = device.type == _IN_CUDA and moved.ndim == 4
    return moved.contiguous(memory_format=torch.channels_last) if quicker else moved


def uses_pinned_memory(device: torch.device) -> bool:
    """Return whether copies to the device are faster, and asynchronous, from pinned memory."""
    return device.type == _IN_CUDA


def runs_half(device: torch.device) -> bool:
    """Return whether half precision in the backbone is faster on the device, and tested."""
    return device.type == _IN_CUDA


def half_precision(device: torch.device, *, requested: bool) -> contextlib.AbstractContextManager[object]:
    """Return a context for products in half precision if `requested` and `runs_half`, else an empty one."""
    if requested and runs_half(device):
        return torch.autocast(device.type, torch.float16)
    return contextlib.nullcontext()


def full_float32(device: torch.device) -> contextlib.AbstractContextManager[None]:
    """Return a context in which float32 convolutions are float32 on CUDA, too.

    Unless told otherwise, torch rounds what enters them to TF32's 11 bits. Other products are float32
    already, unless the program itself asks torch for less.
    """
    return _tf32.off() if device.type == _IN_CUDA else contextlib.nullcontext()


@contextlib.contextmanager
def no_autocast(device: torch.device) -> Iterator[None]:
    """Return a context in which products have the precision of their tensors, on the device and the CPU."""
    with torch.autocast(CPU.type, enabled=False), torch.autocast(device.type, enabled=False):
        yield


def backend(device: torch.device) -> str:
    """Return the communication backend: NCCL between GPUs, else gloo in ordinary memory.

    Example:
        >>> backend(CPU)
        'gloo'
    """
    return "nccl" if device.type == _IN_CUDA else "gloo"


def reduction_device(device: torch.device) -> torch.device:
    """Return the device on which `backend` reduces tensors."""
    return device if device.type == _IN_CUDA else CPU


def local_device(device: torch.device, local: int) -> torch.device:
    """Return the device of process number `local` on this machine: on CUDA the GPU of that number.

    Raises:
        InvalidSettingError: If there are more processes than GPUs.
    """
    if device.type != _IN_CUDA:
        return device
    count = torch.cuda.device_count()
    if local >= count:
        raise InvalidSettingError(
            f"Expected a GPU for each process but this machine has {count} and process {local} got none. "
            f"Start torchrun with --nproc-per-node={count}, or add --device cpu."
        )
    gpu = torch.device(_IN_CUDA, local)
    torch.cuda.set_device(gpu)
    return gpu


def _device_counts() -> dict[str, int]:
    """Return the number of devices of each kind on this machine, by name."""
    counts = {CPU.type: 1}
    if torch.cuda.is_available():
        counts[_IN_CUDA] = torch.cuda.device_count()
    if torch.backends.mps.is_available():
        counts["mps"] = 1
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if accelerator is not None:
        counts.setdefault(accelerator.type, torch.accelerator.device_count())
    return counts


class _Tf32:
    """TF32 in cuDNN, a setting of the whole process: off while any thread is inside `off`, then as it was."""

    def __init__(self) -> None:
        self._cudnn: Any = torch.backends.cudnn
        self._lock, self._inside, self._before = Lock(), 0, list[str]()

    @contextlib.contextmanager
    def off(self) -> Iterator[None]:
        kinds = self._cudnn.conv, self._cudnn.rnn
        with self._lock:
            if self._inside == 0:
                self._before = [kind.fp32_precision for kind in kinds]
                if "tf32" in self._before:
                    self._cudnn.allow_tf32 = False
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if self._inside == 0 and "tf32" in self._before:
                    self._cudnn.allow_tf32 = True  # for both kinds
                    for kind, precision in zip(kinds, self._before, strict=True):
                        kind.fp32_precision = precision


_tf32 = _Tf32()
