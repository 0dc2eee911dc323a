"""Split the ID test set and each OOD set once, by seed, into a half to tune on and a half to report.

Whoever moves a slider while watching scores is tuning on them. So the sliders see one half (`tune`) and never
the other (`report`). An OOD set for validation is all `tune`, one for the test all `report`: see `Role`; the
ID test set is always split.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from opnp.data.role import Role
from opnp.errors import InvalidDataError

if TYPE_CHECKING:
    from opnp.scoring.head_output import HeadOutput

SPLIT_SEED = 2402

FEWEST_ID = 2
"""ID test images; fewer have no two halves."""


class Half(StrEnum):
    """Name of a half of the ID test set and of every OOD set."""

    TUNE = "tune"
    """Seen while choosing."""

    REPORT = "report"
    """Held out, for the value to believe."""


Roles = Mapping[str, Role]
"""The roles of OOD sets by their keys; a set that is not named has `Role.HALVES`."""

_PURPOSES = {Half.TUNE: "to tune on", Half.REPORT: "to report on"}
_ONLY = {Half.TUNE: "only for the report", Half.REPORT: "only to tune on"}


def half_of(count: int, half: Half | str, role: Role = Role.HALVES) -> npt.NDArray[np.int64]:
    """Return indices of one half of a set of `count` samples, seeded, in order; the halves are disjoint.

    Args:
        count: Number of samples of the set.
        half: Which half.
        role: Of an OOD set; all of a validation or test set is in one half, and none in the other.

    Example:
        >>> sorted([*half_of(5, "tune"), *half_of(5, "report")]) == [0, 1, 2, 3, 4]
        True
        >>> half_of(3, "tune", Role.TUNE), half_of(3, "report", Role.TUNE)
        (array([0, 1, 2]), array([], dtype=int64))
    """
    if role is not Role.HALVES:
        return np.arange(count if role is Role(Half(half)) else 0)
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    middle = count // 2
    return np.sort(order[:middle] if Half(half) is Half.TUNE else order[middle:])


def id_half(count: int, half: Half | str) -> npt.NDArray[np.int64]:
    """Return indices of one half of an ID test set of `count` images, as `half_of` does.

    Raises:
        InvalidDataError: If a half would be empty.

    Example:
        >>> len(id_half(5, "tune")), len(id_half(5, "report"))
        (2, 3)
    """
    if count < FEWEST_ID:
        raise InvalidDataError(
            f"Expected at least {FEWEST_ID} ID test images that can be read, one to choose with and one held "
            f"out, but got {count}. Add some."
        )
    return half_of(count, half)


def role_of(key: str, roles: Roles) -> Role:
    """Return the role of an OOD set."""
    return roles.get(key, Role.HALVES)


def sets_in(keys: Iterable[str], half: Half | str, roles: Roles) -> list[str]:
    """Return the keys of those OOD sets that have images in a half, in their order.

    Example:
        >>> sets_in(["a", "b"], "tune", {"b": Role.REPORT})
        ['a']
    """
    held = (Role.HALVES, Role(Half(half)))
    return [key for key in keys if role_of(key, roles) in held]


def require_sets_in(keys: Iterable[str], half: Half | str, roles: Roles) -> list[str]:
    """Return `sets_in`.

    Raises:
        InvalidDataError: If there is none.
    """
    keys, half = list(keys), Half(half)
    found = sets_in(keys, half, roles)
    if not keys:
        raise InvalidDataError("Expected at least one OOD set but got none. Choose one to compare with.")
    if not found:
        named = ", ".join(map(repr, keys))
        are = f"{named} is" if len(keys) == 1 else f"all of {named} are"
        raise InvalidDataError(
            f"Expected an OOD set {_PURPOSES[half]} but {are} {_ONLY[half]}. Choose another one as well."
        )
    return found


def scores_in(
    ood: "Mapping[str, HeadOutput]", half: Half | str, roles: Roles
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the scores of one half of every OOD set that has images in it, by key.

    Raises:
        InvalidDataError: If none has.
    """
    scores = {key: ood[key].scores.double().numpy() for key in require_sets_in(ood, half, roles)}
    return {key: own[half_of(len(own), half, role_of(key, roles))] for key, own in scores.items()}
