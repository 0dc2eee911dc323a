"""Draw a stratified sample for previews: some of every data set, to estimate the rates of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from opnp.errors import InvalidDataError
from opnp.scoring.head_output import HeadOutput


@dataclass(frozen=True)
class Preview:
    """Output of a head on a random sample of every stratum (the ID set, each OOD set).

    Attributes:
        output: Exact scores, confidences and classes of the drawn samples, stratum after stratum.
        indices: (n,) int64, which samples they are, ascending.
        drawn: Samples drawn from each stratum; `output.scores.split(preview.drawn)` takes them apart.
    """

    output: HeadOutput
    indices: torch.Tensor
    drawn: tuple[int, ...]


def allocate(strata: Sequence[int], size: int) -> tuple[int, ...]:
    """Return how many to draw from each stratum: the same number from all, all of those that have fewer.

    Every set's rate is shown by itself, and the worst of their errors is smallest when none is drawn less.

    Args:
        strata: Samples in each stratum, each at least 1.
        size: How many to draw in all; at least one is drawn from each stratum.

    Returns:
        One number a stratum, together `size` where that is possible.

    Example:
        >>> allocate([10, 1000, 5000], 210)
        (10, 100, 100)
    """
    left = max(min(size, sum(strata)), len(strata))
    drawn = [0] * len(strata)
    smallest_first = sorted(range(len(strata)), key=lambda k: strata[k])
    for place, k in enumerate(smallest_first):
        drawn[k] = min(strata[k], left // (len(strata) - place))
        left -= drawn[k]
    return tuple(drawn)


def draw(strata: Sequence[int], drawn: Sequence[int], seed: int) -> torch.Tensor:
    """Draw without replacement from each stratum of consecutive samples.

    Args:
        strata: Samples in each stratum.
        drawn: How many to draw from each.
        seed: The same seed gives the same sample.

    Returns:
        (sum of drawn,) int64 indices, ascending.

    Example:
        >>> draw([2, 3], [2, 3], seed=0)
        tensor([0, 1, 2, 3, 4])
    """
    generator = torch.Generator().manual_seed(seed)
    parts, start = [], 0
    for population, number in zip(strata, drawn, strict=True):
        parts.append(start + torch.randperm(population, generator=generator)[:number].sort().values)
        start += population
    return torch.cat(parts)


def require_strata(strata: Sequence[int] | None, samples: int) -> tuple[int, ...]:
    """Return `strata` as a tuple, or one stratum of all samples for None.

    Raises:
        InvalidDataError: If a stratum is empty or they do not add up to `samples`.
    """
    sizes = (samples,) if strata is None else tuple(int(size) for size in strata)
    if sum(sizes) != samples or min(sizes, default=0) < 1:
        raise InvalidDataError(
            f"Expected `strata` to be sizes of at least 1 that add up to the {samples} samples but got "
            f"{sizes}. Pass the number of ID samples and of each OOD set's, in the order of the features."
        )
    return sizes
