import numpy as np
import pytest
from toy_explorer import OOD

from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.splits import Half
from opnp.reports.metric_table import AVERAGE, average, describe_pruning, metric_table, realised, records


@pytest.mark.parametrize("half", Half)
def test_records_are_the_pages_figures(explorer, half):
    snapshot = explorer.at(Pruning(neurons=(30, 100)))
    page = explorer.evaluate(snapshot, OOD, half)
    rows = {row["set"]: row for row in records(metric_table(explorer, snapshot, OOD, half))}
    assert list(rows) == [*OOD, AVERAGE]
    for key in OOD:
        for name in ("fpr95", "auroc", "aupr_id", "aupr_ood", "fpr95_ood_positive"):
            assert rows[key][name] == getattr(page.sets[key], name)
        assert rows[key]["images"] == page.sets[key].count
    mean = rows[AVERAGE]
    assert (mean["fpr95"], mean["auroc"]) == (page.fpr95, page.auroc)
    assert (mean["fpr95_low"], mean["fpr95_high"]) == page.fpr95_interval
    assert (mean["auroc_low"], mean["auroc_high"]) == page.auroc_interval
    assert {row["accuracy"] for row in rows.values()} == {page.accuracy}
    assert {row["threshold"] for row in rows.values()} == {page.threshold}
    assert {row["half"] for row in rows.values()} == {str(half)}


def test_each_sets_interval_is_its_own(explorer):
    snapshot = explorer.at(UNPRUNED)
    rows = {row["set"]: row for row in records(metric_table(explorer, snapshot, OOD, Half.REPORT))}
    for key in OOD:
        alone = explorer.evaluate(snapshot, [key], Half.REPORT)
        assert (rows[key]["fpr95_low"], rows[key]["fpr95_high"]) == alone.fpr95_interval
        assert rows[key]["auroc_low"] <= rows[key]["auroc"] <= rows[key]["auroc_high"]


def test_average_is_of_the_sets_never_pooled(explorer):
    evaluation = explorer.evaluate(explorer.at(UNPRUNED), OOD, Half.TUNE)
    mean = average(evaluation)
    assert mean.aupr_id == np.mean([row.aupr_id for row in evaluation.sets.values()])
    assert mean.fpr95 == evaluation.fpr95
    assert mean.count == sum(row.count for row in evaluation.sets.values())


def test_what_was_pruned_in_plain_values(explorer):
    pruning = Pruning(weights=(25, 100), neurons=(0, 50), scope="per class")
    head = explorer.at(pruning).head
    assert describe_pruning(pruning) == {
        "kind": "OPNP",
        "weights": (25.0, 100.0),
        "neurons": (0.0, 50.0),
        "scope": "per class",
        "neuron_definition": "activation",
    }
    said = realised(head)
    assert (said["pruned_neurons"], said["all_neurons"], said["all_weights"]) == (8, 16, 64)
    assert said["pruned_weights"] == int((~head.mask).sum())
    assert said["pruned_share"] == said["pruned_weights"] / 64
