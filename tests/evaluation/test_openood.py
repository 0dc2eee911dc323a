"""OpenOOD's conventions against its own steps, written with scikit-learn alone."""

import numpy as np
import pytest
from sklearn import metrics

from opnp.errors import InvalidDataError
from opnp.evaluation.openood import mean_openood, openood_metrics
from opnp.metrics import aupr, fpr95


def by_openood(conf, label):
    """FPR@95, AUROC, AUPR_IN and AUPR_OUT of confidences, -1 the label of OOD."""
    is_ood = (label == -1).astype(int)
    fpr, tpr, _ = metrics.roc_curve(is_ood, -conf)
    precision_in, recall_in, _ = metrics.precision_recall_curve(1 - is_ood, conf)
    precision_out, recall_out, _ = metrics.precision_recall_curve(is_ood, -conf)
    areas = [metrics.auc(recall_in, precision_in), metrics.auc(recall_out, precision_out)]
    return (fpr[np.argmax(tpr >= 0.95)], metrics.auc(fpr, tpr), *areas)


@pytest.mark.parametrize("decimals", [0, 1, 9], ids=["many ties", "some ties", "no ties"])
@pytest.mark.parametrize("counts", [(200, 300), (500, 7), (3, 40), (1, 1)])
def test_figures_are_openoods(counts, decimals):
    rng = np.random.default_rng([8, *counts, decimals])
    on_id = (rng.normal(1, 1.5, counts[0])).round(decimals)
    ood = rng.normal(0, 1, counts[1]).round(decimals)
    conf, label = np.concatenate([on_id, ood]), np.repeat([4, -1], counts)
    ours = openood_metrics(on_id, ood)
    found = (ours.fpr95, ours.auroc, ours.aupr_in, ours.aupr_out)
    assert found == pytest.approx(by_openood(conf, label), abs=1e-12)


def test_they_are_other_numbers_than_ours():
    rng = np.random.default_rng(9)
    on_id, ood = rng.normal(0, 3, 400), rng.normal(0, 0.5, 400)
    theirs = openood_metrics(on_id, ood)
    assert abs(theirs.fpr95 - fpr95(on_id, ood)) > 0.1
    assert theirs.aupr_in != pytest.approx(aupr(on_id, ood), abs=1e-6)


def test_the_mean_is_of_sets_never_pooled():
    scores = np.arange(4.0)
    first, second = openood_metrics(scores, scores - 9), openood_metrics(scores, np.full(40, 9.0))
    mean = mean_openood([first, second])
    assert (first.fpr95, second.fpr95, mean.fpr95) == (0.0, 1.0, 0.5)
    assert mean.auroc == 0.5


@pytest.mark.parametrize("ood", [[], [np.nan]])
def test_no_or_odd_scores_are_refused(ood):
    with pytest.raises(InvalidDataError):
        openood_metrics(np.ones(3), np.array(ood))
