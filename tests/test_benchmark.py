import pytest
import torch
from toy_explorer import OOD, poisoned, toy_explorer

from opnp.benchmark import Method, run_benchmark, scored_by_confidence
from opnp.config import UNPRUNED, NeuronDefinition, RankScope, Window
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import Half, half_of
from opnp.metrics import fpr95
from opnp.reports.metric_table import metric_table, records
from opnp.scores import msp_score
from opnp.search.trial import Grid

BY_HAND = Grid((Window(10, 100),), (Window(0, 90),), (RankScope.GLOBAL,), (NeuronDefinition.ACTIVATION,))


@pytest.fixture(scope="module")
def explorer(trained_net, blobs, tmp_path_factory):
    return toy_explorer(trained_net, blobs, tmp_path_factory.mktemp("cache"))


def test_rows_are_the_methods_on_the_held_out_halves(explorer):
    rows = run_benchmark(explorer, OOD, grid=BY_HAND).rows
    assert [row.method for row in rows] == list(Method)
    assert [row.pruning.kind for row in rows] == ["unpruned", "unpruned", "OPP", "ONP", "OPNP"]
    for row in rows[1:]:
        expected = metric_table(explorer, explorer.at(row.pruning), OOD, Half.REPORT)
        assert list(records(row.held_out)) == list(records(expected))
        assert row.head.pruned_weights == explorer.at(row.pruning).head.pruned_weights
    assert rows[0].choice is rows[1].choice is None


def test_msp_is_the_softmax_maximum_of_the_model(explorer, trained_net):
    msp = run_benchmark(explorer, OOD, grid=BY_HAND).rows[0]
    prepared = explorer.prepared
    with torch.no_grad():
        id_scores, ood_scores = (
            msp_score(trained_net.fc(part.features)) for part in (prepared.id_test, prepared.ood["far"])
        )
    held_out = ood_scores[half_of(len(ood_scores), Half.REPORT)]
    assert msp.held_out.together.sets["far"].fpr95 == fpr95(id_scores, held_out)
    energy = explorer.evaluate(explorer.at(UNPRUNED), OOD, Half.REPORT)
    assert msp.held_out.together.accuracy == energy.accuracy
    assert msp.held_out.together.reliability.ece == energy.reliability.ece


def test_another_score_leaves_the_position_alone(explorer):
    snapshot = explorer.at(UNPRUNED)
    before = snapshot.id_test.scores.clone()
    scored = scored_by_confidence(snapshot)
    assert torch.equal(scored.id_test.scores, snapshot.id_test.confidence)
    assert torch.equal(snapshot.id_test.scores, before)
    assert list(scored.ood) == OOD


def test_windows_come_from_the_tune_halves_and_figures_from_the_others(explorer):
    with pytest.raises(InvalidDataError, match="finite"):
        run_benchmark(poisoned(explorer, Half.REPORT), OOD, grid=BY_HAND)
    with pytest.raises(InvalidDataError, match="finite"):
        run_benchmark(poisoned(explorer, Half.TUNE), OOD)


def test_again_is_the_same(explorer):
    first, again = (run_benchmark(explorer, OOD) for _ in range(2))
    assert [row.pruning for row in first.rows] == [row.pruning for row in again.rows]
    for one, other in zip(first.rows, again.rows, strict=True):
        assert list(records(one.held_out)) == list(records(other.held_out))


def test_no_ood_set(explorer):
    with pytest.raises(InvalidDataError, match="Expected at least one OOD set"):
        run_benchmark(explorer, [])
