"""Devices: which there are, and what each can do. No other module asks for a device by its name."""

import contextlib
from functools import cache

import torch

from opnp.errors import InvalidSettingError

CPU = torch.device("cpu")

_TITLES = {"cuda": "an NVIDIA GPU (CUDA)", "mps": "Apple's GPU (MPS)", "cpu": "the CPU"}
_IN_CUDA = "cuda"


def best_device() -> torch.device:
    """CUDA, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device(_IN_CUDA)
    return torch.device("mps") if torch.backends.mps.is_available() else CPU


def device_named(name: str | None) -> torch.device:
    """The device of that name, or the best there is.

    Args:
        name: `cuda`, `cuda:1`, `mps`, `cpu`, or what torch calls this machine's accelerator.

    Raises:
        InvalidSettingError: If there is no such device here.
    """
    if name is None:
        return best_device()
    there = _counted()
    kind, colon, number = name.partition(":")
    numbered = number.isascii() and number.isdecimal()
    if kind not in there or (colon and not (numbered and int(number) < there[kind])):
        known = ", ".join(repr(device) for device in there)
        raise InvalidSettingError(
            f"Expected `--device` to be one of {known}, the devices of this machine, but got {name!r}."
        )
    return torch.device(name)


def title(device: torch.device) -> str:
    """What a person calls it.

    Example:
        >>> title(CPU)
        'the CPU'
    """
    return _TITLES.get(device.type, f"the device {device.type!r}")


def is_cpu(device: torch.device) -> bool:
    """Whether its tensors are ordinary memory, which numpy and compiled loops can read.

    Example:
        >>> is_cpu(CPU)
        True
    """
    return device.type == CPU.type


@cache
def has_float64(device: torch.device) -> bool:
    """Whether it knows float64, which Apple's MPS and some others do not.

    Example:
        >>> has_float64(CPU)
        True
    """
    try:
        torch.zeros(1, dtype=torch.float64, device=device)
    except (TypeError, RuntimeError):
        return False
    return True


def summing(device: torch.device) -> torch.device:
    """Where float64 sums of what `device` computes are kept: there if it can, else on the CPU.

    Example:
        >>> summing(CPU)
        device(type='cpu')
    """
    return device if has_float64(device) else CPU


def placed(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """The tensor on `device`; the same object if it is there, and float32 for float64 where that is unknown.

    Example:
        >>> here = torch.ones(2)
        >>> placed(here, CPU) is here
        True
    """
    wide = tensor.dtype == torch.float64 and not has_float64(device)
    return tensor.to(device, torch.float32 if wide else tensor.dtype, non_blocking=pins(device))


def laid_out(images: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Images (N, ...) on `device`, in the memory order that its convolutions are quickest with."""
    there = placed(images, device)
    quicker = device.type == _IN_CUDA and there.ndim == 4
    return there.contiguous(memory_format=torch.channels_last) if quicker else there


def pins(device: torch.device) -> bool:
    """Whether copies to it are quicker from pinned memory, and need not be waited for."""
    return device.type == _IN_CUDA


def runs_half(device: torch.device) -> bool:
    """Whether half precision in the backbone is quicker there, and tested."""
    return device.type == _IN_CUDA


def half_precision(device: torch.device, *, wanted: bool) -> contextlib.AbstractContextManager[object]:
    """A block in which products run in half precision, if that is wanted and `runs_half`."""
    if wanted and runs_half(device):
        return torch.autocast(device.type, torch.float16)
    return contextlib.nullcontext()


def backend(device: torch.device) -> str:
    """What processes meet through: NCCL between GPUs, else gloo in ordinary memory.

    Example:
        >>> backend(CPU)
        'gloo'
    """
    return "nccl" if device.type == _IN_CUDA else "gloo"


def meeting(device: torch.device) -> torch.device:
    """Where tensors have to be for `backend` to add them up."""
    return device if device.type == _IN_CUDA else CPU


def own_of(device: torch.device, local: int) -> torch.device:
    """The device for process number `local` of this machine: on CUDA the GPU of that number.

    Raises:
        InvalidSettingError: If there are more processes than GPUs.
    """
    if device.type != _IN_CUDA:
        return device
    there = torch.cuda.device_count()
    if local >= there:
        raise InvalidSettingError(
            f"Expected a GPU for each process but this machine has {there} and process {local} got none. "
            f"Start torchrun with --nproc-per-node={there}, or add --device cpu."
        )
    own = torch.device(_IN_CUDA, local)
    torch.cuda.set_device(own)
    return own


def _counted() -> dict[str, int]:
    """How many there are of each kind here, by name."""
    there = {CPU.type: 1}
    if torch.cuda.is_available():
        there[_IN_CUDA] = torch.cuda.device_count()
    if torch.backends.mps.is_available():
        there["mps"] = 1
    other = torch.accelerator.current_accelerator(check_available=True)
    if other is not None:
        there.setdefault(other.type, torch.accelerator.device_count())
    return there
