import numpy as np
import pytest
from toy_explorer import OOD, toy_explorer

from opnp.config import UNPRUNED
from opnp.threshold.by_class import ClassedSample, class_thresholds, classed_sample
from opnp.threshold.exact import most_beyond
from opnp.threshold.limit_ood import each_of
from opnp.threshold.rules import AcceptId, choose_threshold, steady
from opnp.threshold.sample import ScoredSample


def drawn(seed, n=4000, classes=4):
    """Classes whose scores lie apart; the last has few images."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(classes, size=n, p=[0.35, 0.35, 0.295, 0.005])
    far = rng.choice(classes, size=500)
    sample = ScoredSample(
        rng.normal(2 * labels, 1), np.ones(n, dtype=bool), {"far": rng.normal(2 * far - 2, 1)}
    )
    return ClassedSample(sample, labels, {"far": far})


def test_each_class_gets_what_its_own_images_promise():
    tune, report, rule = drawn(0), drawn(1), AcceptId(0.95)
    one = choose_threshold(rule, tune.sample)
    found = class_thresholds(rule, one, tune, report, 4)
    for part in found.classes[:3]:
        mine = tune.sample.id_scores[tune.predicted == part.label]
        assert part.images == mine.size
        assert np.sum(mine < part.threshold) == most_beyond(mine.size, 0.05, each_of(0.95, 4))
        held = report.sample.id_scores[report.predicted == part.label]
        assert part.with_own.hits == np.sum(held >= part.threshold)
        assert part.with_one.hits == np.sum(held >= one)
    *_, few = found.classes
    assert few.threshold is None
    assert few.images < found.needed == 86
    assert few.with_own == few.with_one


def test_apart_classes_accept_alike_and_let_less_through():
    tune, report, rule = drawn(0), drawn(1), AcceptId(0.95, None)
    found = class_thresholds(rule, choose_threshold(rule, tune.sample), tune, report, 4)
    with_one = [part.with_one.value for part in found.classes[:3]]
    with_own = [part.with_own.value for part in found.classes[:3]]
    assert np.ptp(with_own) < 0.05 < np.ptp(with_one)
    assert found.with_own.ood_accepted["far"].value < found.with_one.ood_accepted["far"].value
    assert found.needed is None


@pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
def test_halves_of_an_experiment_with_their_predicted_classes(trained_net, blobs, tmp_path):
    explorer = toy_explorer(trained_net, blobs, tmp_path)
    shown, prepared = explorer.at(UNPRUNED), explorer.prepared
    labels = prepared.id_test.labels.numpy()
    tune, report = (
        classed_sample(shown.id_test, labels, {key: shown.ood[key] for key in OOD}, half, prepared.roles)
        for half in ("tune", "report")
    )
    assert {key: part.size for key, part in tune.ood_predicted.items()} == {
        key: part.size for key, part in tune.sample.ood.items()
    }
    rule = AcceptId(0.8)
    tau = steady(choose_threshold(rule, tune.sample), tune.sample)
    found = class_thresholds(rule, tau, tune, report, 4)
    assert sum(part.images for part in found.classes) == tune.predicted.size
    assert found.with_one.id_accepted.hits == sum(part.with_one.hits for part in found.classes)
    assert found.with_own.id_accepted.hits == sum(part.with_own.hits for part in found.classes)
