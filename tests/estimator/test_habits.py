"""What a detector lives through: another fit, a model that trains on, threads, autocast, scikit-learn."""

import copy
import pickle
import sys
import threading
import warnings

import pytest
import torch
from model_toys import Net
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted
from torch import nn

import opnp
from opnp.errors import InvalidDataError, InvalidSettingError, UnsupportedModelError
from opnp.methods import SCORES

IMAGES = torch.rand(60, 1, 8, 8, generator=torch.Generator().manual_seed(4))


@pytest.fixture
def net():
    return Net().eval()


@pytest.fixture
def fitted(net):
    return opnp.OPNP(net, weights=(0, 90), neurons=(20, 100)).fit(IMAGES).calibrate(IMAGES)


def trained_on(net):
    optimiser = torch.optim.SGD(net.parameters(), lr=0.1)
    net(IMAGES).square().sum().backward()
    optimiser.step()


@pytest.mark.parametrize(
    "change",
    [
        trained_on,
        lambda net: net.load_state_dict(Net().state_dict()),
        lambda net: net.train()(IMAGES),
        lambda net: net.double(),
    ],
    ids=["a step", "other weights", "running means", "a cast"],
)
def test_a_model_that_changed_since_is_said(net, fitted, change):
    change(net)
    for ask in (lambda: fitted.score(IMAGES), fitted.state_dict, lambda: fitted.predict(IMAGES)):
        with pytest.raises(InvalidDataError, match=r"weights have changed, or moved, since\. Call `fit"):
            ask()


def test_another_fit_forgets_what_belongs_to_the_first(net, tmp_path):
    labels = net(IMAGES).argmax(1)
    detector = opnp.OPNP(net, keep_features=True).fit([(IMAGES, labels)]).calibrate(IMAGES)
    detector.search([(IMAGES, labels)], {"far": [1 - IMAGES]})
    trained_on(net)
    detector.fit(IMAGES)
    with pytest.raises(opnp.NotFittedError):
        detector.predict(IMAGES)
    with pytest.raises(InvalidDataError, match="features of ID test images"):
        detector.to_experiment(tmp_path / "mine.npz")


def test_threads_see_windows_and_threshold_of_one_piece(fitted):
    """A thread changes windows to and fro; a verdict is always that of one of the two settings, or none."""
    wide, narrow = {"weights": (0, 90)}, {"weights": (60, 90)}
    of_wide = fitted.predict(IMAGES).is_ood
    stop = threading.Event()
    patience = sys.getswitchinterval()

    def flip():
        while not stop.is_set():
            fitted.set_params(**narrow)
            fitted.set_params(**wide)

    thread = threading.Thread(target=flip)
    sys.setswitchinterval(1e-6)
    try:
        thread.start()
        answered = 0
        for _ in range(300):
            try:
                answered += bool(torch.equal(fitted.predict(IMAGES).is_ood, of_wide))
            except opnp.NotFittedError:
                answered += 1
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(patience)
    assert answered == 300


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_around_it_changes_nothing(net, fitted, dtype):
    scores, verdicts = fitted.score(IMAGES), fitted.predict(IMAGES)
    with torch.autocast("cpu", dtype):
        inside = opnp.OPNP(net, weights=(0, 90), neurons=(20, 100)).fit(IMAGES).calibrate(IMAGES)
        assert torch.equal(inside.weight_sensitivity_, fitted.weight_sensitivity_)
        assert torch.equal(inside.score(IMAGES), scores)
        assert torch.equal(fitted.predict(IMAGES).scores, verdicts.scores)
        features = fitted.extract_features(IMAGES)
        assert torch.equal(fitted.judge_features(features).scores, scores)
        by_hand = opnp.weight_sensitivity(features, net.fc.weight, net.fc.bias)
    assert torch.equal(by_hand, fitted.weight_sensitivity_)


@pytest.mark.parametrize("score", SCORES)
def test_it_is_pickled_after_use(net, score):
    fewer = {"knn": {"knn.k": 5}, "vim": {"vim.dimensions": 2}, "nnguide": {"nnguide.k": 5}}
    with torch.no_grad():
        net.fc.bias.sub_(net(IMAGES).mean(0))  # so that every class is predicted
        labels = net(IMAGES).argmax(1)
    detector = opnp.OPNP(net, score=score, parameters=fewer.get(score)).fit([(IMAGES, labels)])
    scores = detector.calibrate(IMAGES).score(IMAGES)
    for again in (pickle.loads(pickle.dumps(detector)), copy.deepcopy(detector)):  # noqa: S301
        assert torch.equal(again.score(IMAGES), scores)
        assert again.threshold_ == detector.threshold_


def test_scikit_learn_knows_its_way(net, fitted):
    check_is_fitted(fitted)
    fresh = clone(fitted)
    with pytest.raises(NotFittedError):
        check_is_fitted(fresh)
    assert fresh.get_params()["weights"] == (0, 90)
    assert fitted.set_params(**fitted.get_params()).predict(IMAGES).threshold == fitted.threshold_
    other = Net()
    with pytest.raises(opnp.NotFittedError):
        fitted.set_params(model=other).score(IMAGES)
    assert fitted.model is other
    assert net is not other


def test_a_model_that_mixes_images_is_refused():
    mixing = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8, track_running_stats=False), nn.Linear(8, 3))
    with pytest.raises(UnsupportedModelError, match="other pictures of its batch"):
        opnp.OPNP(mixing).fit(torch.randn(40, 6))


def test_images_may_change_their_size(net):
    parts = [torch.rand(1, 1, 8 + size, 8) for size in range(6)]
    detector = opnp.OPNP(net, weights=(0, 90)).fit(parts)
    assert detector.score(parts).shape == (6,)


def test_one_image_or_a_pair_with_labels(fitted):
    labels = torch.zeros(60, dtype=torch.long)
    for pair in ((IMAGES, labels), [IMAGES, labels]):
        assert torch.equal(fitted.score(pair), fitted.score(IMAGES))
    with pytest.raises(InvalidDataError, match=r"with 4 dimensions.*`images\[None\]`"):
        fitted.score(IMAGES[0])
    with pytest.raises(InvalidDataError, match=r"as a tensor of shape \(images, 6\) but got list"):
        fitted.judge_features([1.0])


def test_labels_that_are_none_count_as_none(net):
    whole = opnp.OPNP(net, keep_features=True)
    kinds = [torch.rand(60), torch.eye(60), ["cat"] * 60, torch.zeros(60, 40, dtype=torch.bool)]
    for labels in kinds:
        known = whole.fit([(IMAGES, labels)]).state_dict()["known.labels"]
        assert bool((known == -1).all())
    for labels in (torch.ones(60), torch.ones(60, 1, dtype=torch.int32), [1] * 60):
        assert bool((whole.fit([(IMAGES, labels)]).state_dict()["known.labels"] == 1).all())


def test_a_single_loader_is_no_list_of_sets(fitted):
    labelled = [(IMAGES, torch.arange(60) % 3)]
    loader = torch.utils.data.DataLoader(IMAGES, batch_size=10)
    for ood in (loader, IMAGES, iter([IMAGES])):
        with pytest.raises(InvalidDataError, match=r"a mapping of names to loaders.*\{'far': loader\}"):
            fitted.search(labelled, ood)
    for wrong in ({"space": "x"}, {"max_accuracy_loss": "a"}, {"max_accuracy_loss": -1}):
        with pytest.raises(InvalidSettingError, match=next(iter(wrong))):
            fitted.search(labelled, {"far": loader}, **wrong)
    seen = []
    fitted.search(labelled, None, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


def test_fractions_in_place_of_percent_are_said(net):
    with pytest.warns(UserWarning, match="windows are in percent of rank"):
        opnp.OPNP(net, weights=(0, 0.99))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opnp.OPNP(net, weights=(0, 0), neurons=(0.5, 99))


def test_a_threshold_of_ones_own(fitted):
    fitted.threshold_ = 1e9
    assert bool(fitted.predict(IMAGES).is_ood.all())
    for wrong in (float("nan"), float("inf"), "5"):
        with pytest.raises(InvalidSettingError, match="the size of the threshold"):
            fitted.threshold_ = wrong


def test_a_device_that_is_not_there_is_a_sentence(fitted):
    for device in ("nonsense", "meta"):
        with pytest.raises(InvalidSettingError, match="a device of this machine"):
            fitted.to(device)
    fitted.score(IMAGES)
