import dataclasses

import pytest
import torch
from toy_explorer import OOD, poisoned

from opnp.config import UNPRUNED, Pruning
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import Half, half_of
from opnp.features.types import Features
from opnp.search import tuning_set as room
from opnp.search.tuning_set import make_tuning_set, quick_size, without_ood


def test_it_holds_the_tune_halves(explorer, data):
    sets = [explorer.prepared.id_test, *(explorer.prepared.ood[key] for key in OOD)]
    halves = [part.features[half_of(len(part.labels), Half.TUNE)] for part in sets]
    assert torch.equal(data.features, torch.cat(halves))
    assert data.sizes == tuple(map(len, halves))
    assert not data.sampled


def test_the_held_out_halves_are_not_in_it(explorer):
    assert torch.isfinite(make_tuning_set(poisoned(explorer, Half.REPORT).prepared, OOD).features).all()
    assert not torch.isfinite(make_tuning_set(poisoned(explorer, Half.TUNE).prepared, OOD).features).all()


@pytest.mark.parametrize("pruning", [UNPRUNED, Pruning(weights=(10, 90), neurons=(20, 100))])
def test_a_trial_is_what_evaluating_says(explorer, data, pruning):
    said = explorer.evaluate(explorer.at(pruning), OOD, Half.TUNE)
    trial = data.trial(pruning)
    assert (trial.fpr95, trial.auroc) == pytest.approx((said.fpr95, said.auroc))
    assert trial.accuracy == pytest.approx(said.accuracy)


def test_a_sample_draws_from_every_set_and_keeps_labels_with_their_images(explorer, data):
    drawn = make_tuning_set(explorer.prepared, OOD, most=60)
    assert drawn.sizes == (20, 20, 20)
    assert drawn.sampled
    assert drawn.population == len(data.features)
    rows = {tuple(row.tolist()): int(label) for row, label in zip(data.features, data.labels, strict=False)}
    for row, label in zip(drawn.features, drawn.labels, strict=False):
        assert rows[tuple(row.tolist())] == int(label)


def test_more_than_there_is_takes_all(explorer, data):
    assert torch.equal(make_tuning_set(explorer.prepared, OOD, most=10**6).features, data.features)


def test_without_ood_no_ood_image_is_looked_at(explorer):
    blind = without_ood(make_tuning_set(poisoned(explorer, Half.TUNE).prepared, OOD))
    assert torch.isfinite(blind.features).all()
    assert torch.equal(blind.features, without_ood(make_tuning_set(explorer.prepared, OOD)).features)
    assert 0 <= blind.trial(UNPRUNED).fpr95 <= 1


def test_made_outliers_lie_between_images_of_two_classes(data):
    made = without_ood(data)
    known = data.features[: data.sizes[0]].double()
    outlier = made.features[made.sizes[0]].double()
    first, second = torch.nonzero(((known[:, None] + known[None]) / 2 - outlier).abs().amax(-1) < 1e-6)[0]
    assert data.labels[first] != data.labels[second]


def test_one_class_cannot_be_mixed(data):
    alone = dataclasses.replace(data, labels=torch.zeros_like(data.labels))
    with pytest.raises(InvalidDataError, match="two classes"):
        without_ood(alone)


def test_no_set_is_refused(explorer):
    with pytest.raises(InvalidDataError, match="at least one OOD set"):
        make_tuning_set(explorer.prepared, [])


def test_large_experiments_are_sampled(explorer, monkeypatch):
    assert quick_size(explorer.prepared, OOD) is None
    monkeypatch.setattr(room, "EXACT_UP_TO", 1)
    assert quick_size(explorer.prepared, OOD) == room.SAMPLE


def test_unlabelled_ood_features_do(explorer):
    prepared = explorer.prepared
    ood = {
        key: Features(part.features, torch.full_like(part.labels, -1)) for key, part in prepared.ood.items()
    }
    again = make_tuning_set(dataclasses.replace(prepared, ood=ood), OOD)
    assert torch.equal(
        again.labels, prepared.id_test.labels[half_of(len(prepared.id_test.labels), Half.TUNE)]
    )
