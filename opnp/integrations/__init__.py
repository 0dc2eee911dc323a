"""Doors for other frameworks: `opnp.integrations.pytorch_ood` and `opnp.integrations.openood`."""

from importlib import import_module
from types import ModuleType

_DOORS = ("openood", "pytorch_ood")


def __getattr__(name: str) -> ModuleType:
    """Import a door when it is asked for."""
    if name in _DOORS:
        return import_module(f"opnp.integrations.{name}")
    raise AttributeError(f"module 'opnp.integrations' has no attribute {name!r}")
