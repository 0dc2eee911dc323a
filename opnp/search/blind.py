"""Say what a choice of windows without OOD data is worth, and why none is made.

Every criterion on ID features alone that was tried ends worse than the unpruned model on some net. So a
search that sees no OOD image prunes nothing; what midpoints would have had it prune is told beside.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trials:
    """How the choice on midpoints did on nets that it was not made on, held out.

    Attributes:
        nets: Number of nets.
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
"""Of `python -m recipes.blind_choice`, on one GPU; nets trained elsewhere come out a little different."""

ABSTAINS = (
    f"Without OOD data nothing is pruned. On {MIDPOINTS.nets} small nets, choosing on midpoints of two ID "
    f"classes made FPR95 worse than unpruned {MIDPOINTS.worse} times and better {MIDPOINTS.better} times: by "
    f"{100 * MIDPOINTS.mean:.1f} points worse on average, {100 * MIDPOINTS.worst:.0f} at worst. No other "
    "criterion on ID features was never worse."
)
"""Why, in sentences."""
