"""Importing this gives torch a second device, `pretend`, on a machine that has none.

Its numbers lie in ordinary memory and are computed by the CPU's own kernels, so that every result can be held
against the CPU's. But it keeps apart what a real device keeps apart: an operation on tensors of both raises,
as does turning one into a numpy array, and nothing moves by itself. With PRETEND_NO_FLOAT64=1 in the
environment it refuses float64, as Apple's MPS does.

A device is registered for the whole process and cannot be taken back, so tests import this in processes of
their own. It stands on torch's hook for backends in Python, which is experimental: only tests may use it.
"""

import os
from typing import Any, ClassVar

import torch
from torch.utils._pytree import tree_flatten, tree_map
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

NAME = "pretend"
_WITHOUT_FLOAT64 = os.environ.get("PRETEND_NO_FLOAT64") == "1"
_MOVES = {"aten::_copy_from", "aten::copy_", "aten::_to_copy"}


class _Backend(_DummyBackendModule):
    """What torch asks of a device's module."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.float16, torch.bfloat16]

    def is_autocast_available(self) -> bool:
        return True


_setup_privateuseone_for_python_backend(NAME, backend_module=_Backend())


class Pretend(torch.Tensor):
    """A tensor of the device; `numbers` is the CPU tensor behind it."""

    __torch_function__: ClassVar[Any] = torch._C._disabled_torch_function_impl
    numbers: torch.Tensor

    @staticmethod
    def __new__(cls, numbers: torch.Tensor) -> "Pretend":
        made = torch._C._acc.create_empty_tensor(numbers.size(), numbers.dtype)
        made.__class__ = cls
        return made

    def __init__(self, numbers: torch.Tensor) -> None:
        self.numbers = numbers

    def __repr__(self, **_: object) -> str:
        return f"{NAME}({getattr(self, 'numbers', None)!r})"


def _outside(value: Any) -> Any:
    """A tensor as the device gives it out."""
    if not isinstance(value, torch.Tensor) or isinstance(value, Pretend):
        return value
    if _WITHOUT_FLOAT64 and value.dtype == torch.float64:
        raise TypeError(f"Cannot convert to float64: the device {NAME!r} has none.")
    return Pretend(value)


def _inside(value: Any) -> Any:
    """A tensor as the CPU's kernels take it; the device itself reads as the CPU."""
    if isinstance(value, Pretend):
        return value.numbers
    return torch.device("cpu") if isinstance(value, torch.device) else value


def _computed(op: Any, *args: Any, **kwargs: Any) -> Any:
    """Any operation that has no line of its own below."""
    name = op._schema.name
    if name not in _MOVES:
        _require_together(name, args, kwargs)
    if name == "aten::_copy_from":
        _inside(args[1]).copy_(_inside(args[0]))
        return args[1]
    out = op(*tree_map(_inside, args), **tree_map(_inside, kwargs))
    if name == "aten::_to_copy":
        device = kwargs.get("device")
        return _outside(out) if device is None or torch.device(device).type == NAME else out
    if name.endswith("_") and args:
        return args[0]
    return out if name == "aten::_local_scalar_dense" else tree_map(_outside, out)


def _require_together(name: str, args: Any, kwargs: Any) -> None:
    """As everywhere in torch, only a number in a tensor without dimensions may come from the CPU."""
    for value in tree_flatten((args, kwargs))[0]:
        if isinstance(value, torch.Tensor) and not isinstance(value, Pretend) and value.dim() > 0:
            raise RuntimeError(f"Expected all tensors on {NAME} but one is on {value.device} in {name}.")


def _convolution(x: Pretend, weight: Pretend, bias: Pretend | None, *rest: Any) -> Any:
    return _outside(torch.ops.aten.convolution(*map(_inside, (x, weight, bias)), *rest))


def _arange(*ends: Any, dtype: torch.dtype | None = None, **_: Any) -> Any:
    """Torch would hand over an empty tensor to be enlarged, which a tensor of the device cannot be."""
    return _outside(torch.arange(*ends, dtype=dtype))


_every = torch.library.Library("_", "IMPL")
_every.fallback(_computed, dispatch_key="PrivateUse1")
_aten = torch.library.Library("aten", "IMPL")
_aten.impl("detach", lambda a: _outside(a.numbers.detach()), "PrivateUse1")
_aten.impl("alias", lambda a: _outside(a.numbers), "PrivateUse1")
_aten.impl("abs", lambda a: _outside(a.numbers.abs()), "PrivateUse1")
_aten.impl("isfinite", lambda a: _outside(a.numbers.isfinite()), "PrivateUse1")
_aten.impl("logsumexp", lambda a, *rest: _outside(torch.logsumexp(a.numbers, *rest)), "PrivateUse1")
_aten.impl("convolution_overrideable", _convolution, "PrivateUse1")
for _name in ("arange", "arange.start", "arange.start_step"):
    _aten.impl(_name, _arange, "PrivateUse1")
