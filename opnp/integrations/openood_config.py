"""Read OpenOOD's configuration, whose attributes are keys, and whose keys are split at dots."""

from collections.abc import Mapping
from typing import Any


def part_of(config: Any, name: str, otherwise: Any = None) -> Any:  # noqa: ANN401 - their own type
    """Return a part of a configuration, a mapping or an object, or `otherwise`.

    Example:
        >>> part_of({"APS_mode": True}, "APS_mode"), part_of(None, "APS_mode", False)
        (True, False)
    """
    if isinstance(config, Mapping):
        return config.get(name, otherwise)
    try:
        return getattr(config, name, otherwise)
    except KeyError:
        return otherwise


def plain_dict(config: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a mapping or an object's attributes as a dict; empty for None."""
    if config is None:
        return {}
    return dict(config) if isinstance(config, Mapping) else dict(vars(config))


def with_joined_keys(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments whose `parameters` are joined again where their keys were split at a dot.

    Example:
        >>> with_joined_keys({"parameters": {"react": {"percentile": 95}}})
        {'parameters': {'react.percentile': 95}}
    """
    if "parameters" not in arguments:
        return dict(arguments)
    joined: dict[str, Any] = {}
    for key, value in plain_dict(arguments["parameters"]).items():
        inner = plain_dict(value) if isinstance(value, Mapping) or hasattr(value, "__dict__") else None
        joined |= {key: value} if inner is None else {f"{key}.{name}": v for name, v in inner.items()}
    return {**arguments, "parameters": joined}
