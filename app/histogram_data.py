"""Bin the scores of two positions of the sliders into histograms on shared bins."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.charts.histogram import Panel
from app.charts.names import IN_TITLE
from app.format import cut
from opnp.evaluation.splits import Half, Roles, id_half, scores_in, sets_in
from opnp.explorer import Glance, Snapshot
from opnp.interpret.binning import shared_edges, shares
from opnp.metrics import FloatArray, tpr_threshold


def score_panels(
    before: Snapshot,
    after: Snapshot | Glance,
    keys: tuple[str, ...],
    titles: Sequence[str],
    roles: Roles,
    *,
    drawn: FloatArray | None = None,
) -> tuple[list[Panel], FloatArray]:
    """Bin scores of the half that the sliders see; OOD sets are pooled, weighted equally.

    Args:
        before: What it is compared with.
        after: The present position, or a first look at it.
        keys: Of the OOD sets; those that are only for the report are left out.
        titles: What each of the two is.
        roles: Of the OOD sets.
        drawn: Edges that were drawn a moment ago; the new ones hold them.

    Returns:
        Two panels, and their edges.
    """
    both = [tuning_scores(position, keys, roles) for position in (before, after)]
    edges = shared_edges([both[0][0], both[1][0], *both[0][1], *both[1][1]], before=drawn)
    panels = [
        Panel(
            title,
            shares(id_scores, edges),
            np.mean([shares(scores, edges) for scores in ood], axis=0),
            tpr_threshold(id_scores),
        )
        for title, (id_scores, ood) in zip(titles, both, strict=True)
    ]
    return panels, edges


def counts(before: Snapshot, keys: tuple[str, ...], names: Mapping[str, str], roles: Roles) -> str:
    """Say how many images the histograms of a position hold."""
    id_scores, others = tuning_scores(before, keys, roles)
    ood = sum(map(len, others))
    tuned = sets_in(keys, Half.TUNE, roles)
    name = cut(names[tuned[0]], IN_TITLE) if len(tuned) == 1 else f"OOD images of {len(tuned)} sets"
    return f"{len(id_scores):,} ID against {ood:,} {name}"


def tuning_scores(
    position: Snapshot | Glance, keys: tuple[str, ...], roles: Roles
) -> tuple[FloatArray, list[FloatArray]]:
    """Return the scores of ID images and of each OOD set at a position, of the half that the sliders see."""
    if isinstance(position, Glance):
        return position.id_scores, [position.ood_scores[key] for key in sets_in(keys, Half.TUNE, roles)]
    chosen = {key: position.ood[key] for key in keys}
    id_scores = position.id_test.scores.double().numpy()
    return id_scores[id_half(len(id_scores), Half.TUNE)], list(scores_in(chosen, Half.TUNE, roles).values())
