"""Say what a choice of windows without OOD data is worth, and why none is made.

No criterion on ID features alone is known that is never worse than the unpruned model. So a search that sees
no OOD image prunes nothing; what midpoints would have had it prune is told beside.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trials:
    """How a choice without OOD data did on nets that it was not made on, held out.

    Attributes:
        nets: Number of nets on which it chose anything.
        worse: Nets on which FPR95 was higher than unpruned by more than half a point.
        better: Nets on which it was lower by more than half a point.
        mean: Mean of the change of FPR95, a fraction.
        worst: Largest change of FPR95, a fraction.
    """

    nets: int
    worse: int
    better: int
    mean: float
    worst: float


MIDPOINTS = Trials(nets=60, worse=31, better=17, mean=0.044, worst=0.623)
"""On midpoints of ID features, on nets of the recipes of `python -m recipes.blind_choice`, from one GPU."""

CAREFUL = Trials(nets=3, worse=1, better=2, mean=0.046, worst=0.218)
"""On four kinds of made outliers at once, better by a margin on each; of the same 60 nets."""

ABSTAINS = (
    f"Without OOD data nothing is pruned. On {MIDPOINTS.nets} small nets, choosing on midpoints of two ID "
    f"classes made FPR95 worse than unpruned {MIDPOINTS.worse} times and better {MIDPOINTS.better} times: by "
    f"{100 * MIDPOINTS.mean:.1f} points worse on average, {100 * MIDPOINTS.worst:.0f} at worst. A choice "
    f"that has to help against four kinds of made outliers was made on {CAREFUL.nets} of them, and was worse "
    f"on {CAREFUL.worse}, by {100 * CAREFUL.worst:.0f} points."
)
"""Why, in sentences."""
