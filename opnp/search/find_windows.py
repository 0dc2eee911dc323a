"""Find the best windows under a rule, and evaluate them on images that the search did not see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opnp.config import UNPRUNED, NeuronDefinition, Pruning, RankScope
from opnp.explorer import Explorer
from opnp.prepare import Prepared
from opnp.search.coarse_to_fine import SearchSpace, search
from opnp.search.holdout import HeldOutResult, hold_out
from opnp.search.landscape import Landscape, Side, landscape
from opnp.search.trial import MAX_ACCURACY_LOSS, SearchResult
from opnp.search.tuning_set import GENERATED, TuningSet, make_tuning_set, quick_size, without_ood

UNPRUNED_BASES = (
    *((Side.WEIGHTS, Pruning(scope=scope)) for scope in RankScope),
    *((Side.NEURONS, Pruning(neuron_definition=definition)) for definition in NeuronDefinition),
)
"""Side and base of the unpruned model's landscapes: both scopes of weights, both definitions of neurons."""


@dataclass(frozen=True)
class FoundWindows:
    """The best windows under a rule.

    Attributes:
        space: What was allowed to be pruned.
        max_accuracy_loss: ID accuracy that pruning was allowed to cost, a fraction.
        images: Number of images that were searched on.
        population: Number of images that there are to search on; more than `images` if it was a sample.
        result: All windows within the rule, the best first, on the images that were searched on.
        held_out: The best one on both halves of the OOD sets, all images.
        blind: Whether no OOD image was looked at. Then nothing is pruned, whatever the ranking says:
            `opnp.search.blind` has the reason.
    """

    space: SearchSpace
    max_accuracy_loss: float
    images: int
    population: int
    result: SearchResult
    held_out: HeldOutResult
    blind: bool = False

    @property
    def pruning(self) -> Pruning:
        """The best windows; unpruned if nothing is better, or if the search was blind."""
        return self.held_out.pruning


def find_windows(
    explorer: Explorer,
    ood: Sequence[str],
    space: SearchSpace | str = SearchSpace.BOTH,
    *,
    max_accuracy_loss: float = MAX_ACCURACY_LOSS,
    blind: bool = False,
    data: TuningSet | None = None,
    landscapes: Sequence[Landscape] | None = None,
    progress: Callable[[float], object] | None = None,
) -> FoundWindows:
    """Search the windows with the lowest FPR95 on the tune halves, coarse to fine; evaluate them held out.

    Args:
        explorer: The experiment.
        ood: Keys of OOD sets.
        space: What may be pruned.
        max_accuracy_loss: ID accuracy that it may cost, a fraction.
        blind: Search without any OOD image, on midpoints of ID images instead. The ranking is theirs; nothing
            is pruned, because such a choice is often worse than that.
        data: What `searched_images` gives, where it is at hand; `blind` is not looked at then.
        landscapes: Of `UNPRUNED_BASES` on that, where they are at hand; computed if None.
        progress: Told which share is done.

    Returns:
        What was found, and what it is worth.

    Raises:
        InvalidSettingError: If `space` is unknown.
        InvalidDataError: If no OOD set is chosen, a score is not finite, or a blind search has one class.
    """
    if data is None:
        data = searched_images(explorer.prepared, ood, blind=blind)
    result = search(
        data,
        unpruned_landscapes(data, progress) if landscapes is None else landscapes,
        space,
        max_accuracy_loss=max_accuracy_loss,
    )
    blind = data.ood == (GENERATED,)
    held_out = hold_out(explorer, UNPRUNED if blind else result.best.pruning, ood)
    images = len(data.features), data.population
    return FoundWindows(SearchSpace(space), max_accuracy_loss, *images, result, held_out, blind)


def searched_images(prepared: Prepared, ood: Sequence[str], *, blind: bool = False) -> TuningSet:
    """Return the features to search on: a sample of a large experiment; without OOD images if `blind`.

    Raises:
        InvalidDataError: If no OOD set is chosen, or if `blind` and all ID images are of one class.
    """
    data = make_tuning_set(prepared, ood, most=quick_size(prepared, ood))
    return without_ood(data) if blind else data


def unpruned_landscapes(
    data: TuningSet, progress: Callable[[float], object] | None = None
) -> list[Landscape]:
    """Compute the landscapes of `UNPRUNED_BASES`; `progress` is told which share is done."""

    def part(place: int) -> Callable[[float], object] | None:
        return None if progress is None else lambda share: progress((place + share) / len(UNPRUNED_BASES))

    return [landscape(data, *base, progress=part(place)) for place, base in enumerate(UNPRUNED_BASES)]
