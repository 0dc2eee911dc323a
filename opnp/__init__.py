"""Sensitivity-guided pruning (OPNP) for out-of-distribution detection."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opnp.detector import Detector

__all__ = ["Detector"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes
    """`opnp.Detector`, imported when it is asked for."""
    if name != "Detector":
        raise AttributeError(f"module 'opnp' has no attribute {name!r}")
    from opnp.detector import Detector

    return Detector
