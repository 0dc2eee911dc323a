"""Shares that are typed in percent, as fractions."""

from opnp.errors import InvalidSettingError


def accepted(percent: float) -> float:
    """Return the share of ID that `--tpr` asks for; a fraction such as 0.95 is refused."""
    if not 1 < percent <= 100:
        raise InvalidSettingError(
            f"Expected --tpr in percent, above 1 and at most 100, but got {percent:g}. 95 is usual."
        )
    return percent / 100


def let_through(option: str, percent: float) -> float:
    """Return the share of an OOD set that an option limits."""
    if not 0 <= percent <= 100:
        raise InvalidSettingError(
            f"Expected {option} in percent, from 0 to 100, but got {percent:g}. 5 lets one image in twenty "
            "through."
        )
    return percent / 100


def sure(percent: float | None, *, as_measured: bool, costs: bool) -> float | None:
    """Return the confidence of a promise, 95 % by default, None where none is made.

    Raises:
        InvalidSettingError: If one is given where nothing is promised, or it is no percentage; a fraction
            such as 0.95 is refused.
    """
    if percent is None:
        return None if as_measured else 0.95
    if as_measured or costs:
        other = "--as-measured" if as_measured else "--costs"
        raise InvalidSettingError(
            f"Expected --confidence or {other} but got both. With {other} nothing is promised: drop one."
        )
    if not 1 < percent < 100:
        raise InvalidSettingError(
            f"Expected --confidence in percent, above 1 and below 100, but got {percent:g}. 95 is usual; "
            "--as-measured promises nothing."
        )
    return percent / 100
