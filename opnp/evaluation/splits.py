"""Split each OOD set once, by seed, into a half to tune on and a half to report.

Whoever moves a slider while watching OOD scores is tuning on them. So the sliders see one half (`tune`) and
never the other (`report`).
"""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

SPLIT_SEED = 2402


class Half(StrEnum):
    """Name of a half of every OOD set."""

    TUNE = "tune"
    """Seen while choosing."""

    REPORT = "report"
    """Held out, for the value to believe."""


def half_of(count: int, half: Half | str) -> npt.NDArray[np.int64]:
    """Return indices of one half of an OOD set of `count` samples, seeded, in order; the halves are disjoint.

    Example:
        >>> sorted([*half_of(5, "tune"), *half_of(5, "report")]) == [0, 1, 2, 3, 4]
        True
    """
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    middle = count // 2
    return np.sort(order[:middle] if Half(half) is Half.TUNE else order[middle:])
