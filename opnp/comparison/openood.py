"""Export the comparison as OpenOOD prints its results, so that a row can stand on its leaderboard."""

from collections.abc import Iterator, Sequence

from opnp.comparison.scoring import MethodScores
from opnp.evaluation.openood import OpenOodMetrics, mean_openood, openood_metrics
from opnp.evaluation.splits import Half, require_sets_in, scores_in
from opnp.experiments.experiment import groups_of
from opnp.prepare import Prepared
from opnp.reports.csv_table import csv_of
from opnp.reports.metric_table import Record

MEANING = {
    "rows": "each OOD set on its held-out images; nearood, farood: averages over the sets of a group",
    "ID": "the whole ID test set, as OpenOOD takes it; where windows were searched, half of it chose them",
    "unit": "percent, two decimals",
    "FPR@95": "share of ID rejected when at least 95 % of OOD is (OOD positive); lower is better",
    "AUPR_IN, AUPR_OUT": "areas under precision and recall by trapezoids, with ID and with OOD positive",
    "ACC": "of the method's own logits on the ID test images",
}
"""What the columns are: the conventions of OpenOOD v1.5."""


def openood_csv(scored: Sequence[MethodScores], prepared: Prepared, ood: Sequence[str]) -> str:
    """Return OpenOOD's table of each method, one below the other.

    Args:
        scored: Scores of the methods.
        prepared: The experiment, for the labels, groups and roles of its sets.
        ood: Keys of the OOD sets; those that are only to tune on are left out.

    Returns:
        CSV: for each method the sets of a group, then its average (`nearood`), and sets of no group last.

    Raises:
        InvalidDataError: If there is nothing to report on.
    """
    keys = require_sets_in(ood, Half.REPORT, prepared.roles)
    groups = groups_of(prepared.experiment.ood, keys)
    return csv_of(row for one in scored for row in _rows(one, prepared, groups, keys))


def _rows(
    scored: MethodScores, prepared: Prepared, groups: dict[str, list[str]], keys: Sequence[str]
) -> Iterator[Record]:
    id_scores = scored.id_test.scores.double().numpy()
    ood = scores_in({key: scored.ood[key] for key in keys}, Half.REPORT, prepared.roles)
    figures = {key: openood_metrics(id_scores, scores) for key, scores in ood.items()}
    accuracy = float((scored.id_test.predicted == prepared.id_test.labels).double().mean())
    grouped = {key for group in groups.values() for key in group}
    for name, group in groups.items():
        yield from (_row(scored, key, figures[key], accuracy) for key in group)
        yield _row(scored, f"{name}ood", mean_openood([figures[key] for key in group]), accuracy)
    yield from (_row(scored, key, figures[key], accuracy) for key in keys if key not in grouped)


def _row(scored: MethodScores, dataset: str, figures: OpenOodMetrics, accuracy: float) -> Record:
    values = {
        "FPR@95": figures.fpr95,
        "AUROC": figures.auroc,
        "AUPR_IN": figures.aupr_in,
        "AUPR_OUT": figures.aupr_out,
        "ACC": accuracy,
    }
    percents = {name: f"{100 * value:.2f}" for name, value in values.items()}
    return {"method": scored.recipe.title, "dataset": dataset, **percents}
