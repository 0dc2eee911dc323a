from threading import Thread

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from opnp.config import NeuronDefinition, Pruning, RankScope
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.pruning import Heads, prune
from opnp.scoring import LiveScorer, warm_up
from opnp.scoring.head_output import rescore

percents = st.one_of(st.sampled_from([0.0, 1.0, 50.0, 99.0, 100.0]), st.floats(0, 100))
windows = st.tuples(percents, percents).map(lambda ends: tuple(sorted(ends)))
prunings = st.builds(
    Pruning,
    weights=windows,
    neurons=st.one_of(st.just((0, 100)), windows),
    scope=st.sampled_from(RankScope),
    neuron_definition=st.sampled_from(NeuronDefinition),
)


class Case:
    """A random head with features: `kind` says whether they are rectified, of both signs or mostly zero."""

    def __init__(self, seed, samples=90, width=13, classes=6, kind="relu", bias=True):
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape):
            return torch.randn(*shape, generator=generator)

        raw = 2 * normal(samples, width)
        shapes = {"relu": raw.relu(), "signed": raw, "sparse": raw.relu() * (normal(samples, width) > 1)}
        self.features = shapes[kind]
        self.weight = normal(classes, width)
        self.bias = normal(classes) if bias else torch.zeros(classes)
        self.map = normal(classes, width).relu()  # about half exactly zero: ties
        self.neurons = {
            NeuronDefinition.ACTIVATION: normal(width).abs(),
            NeuronDefinition.WEIGHTS: self.map.mean(0),
        }

    def scorer(self, **options):
        return LiveScorer(self.features, self.bias, self.heads(), **options)

    def heads(self):
        return Heads(self.weight, self.map, self.neurons)

    def head(self, pruning):
        return prune(self.weight, self.map, self.neurons[pruning.neuron_definition], pruning)

    def plain(self, pruning):
        return rescore(self.features, self.head(pruning).weight, self.bias)

    def clear(self, pruning):
        """Samples whose two largest logits are apart by more than rounding, so that one class is right."""
        head = self.head(pruning).weight.double()
        logits = self.features.double() @ head.T + self.bias.double()
        if logits.shape[1] == 1:
            return torch.ones(len(logits), dtype=torch.bool)
        top = logits.topk(2).values
        return top[:, 0] - top[:, 1] > 1e-4


def assert_same(live, plain, clear):
    torch.testing.assert_close(live.scores, plain.scores, rtol=0, atol=1e-4)
    torch.testing.assert_close(live.confidence, plain.confidence, rtol=0, atol=1e-4)
    torch.testing.assert_close(live.log_odds, plain.log_odds, rtol=0, atol=2e-4)
    assert torch.equal(live.predicted[clear], plain.predicted[clear])
    assert (live.scores.dtype, live.predicted.dtype) == (plain.scores.dtype, plain.predicted.dtype)


@settings(max_examples=120)
@given(
    seed=st.integers(0, 10_000),
    samples=st.integers(1, 150),
    width=st.integers(1, 20),
    classes=st.integers(1, 8),
    kind=st.sampled_from(["relu", "signed", "sparse"]),
    moves=st.lists(prunings, min_size=1, max_size=8),
)
def test_any_moves_end_where_a_full_recompute_does(seed, samples, width, classes, kind, moves):
    case = Case(seed, samples, width, classes, kind)
    scorer = case.scorer()
    for pruning in moves:
        assert_same(scorer.rescore(pruning), case.plain(pruning), case.clear(pruning))


@given(st.integers(0, 1000), st.lists(prunings, max_size=5), st.sampled_from(RankScope))
def test_open_windows_are_the_unpruned_model_bit_for_bit(seed, moves, scope):
    case = Case(seed)
    scorer = case.scorer(preview_size=20)
    for pruning in moves:
        scorer.rescore(pruning)
        scorer.preview(pruning)
    live, plain = scorer.rescore(Pruning(scope=scope)), rescore(case.features, case.weight, case.bias)
    assert torch.equal(live.scores, plain.scores)
    assert torch.equal(live.log_odds, plain.log_odds)
    assert torch.equal(live.predicted, plain.predicted)
    preview = scorer.preview(Pruning(scope=scope))
    assert torch.equal(preview.output.scores, plain.scores[preview.indices])


def test_where_every_weight_is_pruned_only_the_bias_is_left():
    case = Case(0, bias=False)
    scorer = case.scorer()
    for low in (90, 97, 99.9):
        scorer.rescore(Pruning(weights=(low, 100)))
    live = scorer.rescore(Pruning(weights=(100, 100)))
    assert not live.predicted.any()  # all logits tie exactly, so the first class has the largest
    torch.testing.assert_close(live.confidence, torch.full((90,), 1 / 6))


def test_five_hundred_moves_do_not_drift():
    case = Case(0, samples=64, width=256, classes=40)
    scorer = case.scorer()
    generator = torch.Generator().manual_seed(1)
    low = 20.0
    for _ in range(500):
        low = min(max(low + float(torch.randn((), generator=generator)), 0.5), 60)
        live = scorer.rescore(Pruning(weights=(low, 99)))
    weight = case.head(Pruning(weights=(low, 99))).weight.double()
    exact = rescore(case.features.double(), weight, case.bias.double())
    torch.testing.assert_close(live.scores.double(), exact.scores, rtol=0, atol=5e-5)


def test_two_threads_at_one_scorer_both_get_right_answers(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    case = Case(2, samples=300, width=40, classes=9)
    scorer = case.scorer(strata=(100, 200), preview_size=200)
    wrong = []

    def hammer(start):
        for step in range(60):
            pruning = Pruning(weights=(start + step / 3, 95), neurons=(step % 7, 100))
            plain, live = case.plain(pruning), scorer.rescore(pruning)
            preview = scorer.preview(pruning)
            if not torch.allclose(live.scores, plain.scores, atol=1e-4):
                wrong.append(pruning)
            if not torch.allclose(preview.output.scores, plain.scores[preview.indices], atol=1e-4):
                wrong.append(pruning)

    threads = [Thread(target=hammer, args=(start,)) for start in (0, 10, 55)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@given(st.integers(0, 1000), prunings)
def test_a_preview_is_exact_for_its_stratified_samples(seed, pruning):
    case = Case(seed)
    preview = case.scorer(strata=(30, 60), preview_size=24, seed=seed).preview(pruning)
    plain, clear = case.plain(pruning), case.clear(pruning)
    assert preview.drawn == (12, 12)
    assert int((preview.indices < 30).sum()) == 12
    torch.testing.assert_close(preview.output.scores, plain.scores[preview.indices], rtol=0, atol=1e-4)
    agree = preview.output.predicted == plain.predicted[preview.indices]
    assert bool(agree[clear[preview.indices]].all())


def test_a_preview_comes_closer_as_it_grows():
    case = Case(5, samples=3000)
    pruning = Pruning(weights=(30, 100))
    exact = case.plain(pruning).scores

    def error(size):
        gaps = [
            case.scorer(preview_size=size, seed=seed).preview(pruning).output.scores.mean() - exact.mean()
            for seed in range(20)
        ]
        return torch.stack(gaps).square().mean().sqrt().item()

    assert error(1000) < 0.6 * error(100)
    assert error(3000) < 1e-5


def test_a_scorer_does_not_follow_later_changes_of_its_inputs():
    case = Case(6)
    pruning = Pruning(weights=(20, 100))
    plain = case.plain(pruning)
    scorer = case.scorer()
    for tensor in (case.features, case.weight, case.bias, case.map):
        tensor.zero_()
    torch.testing.assert_close(scorer.rescore(pruning).scores, plain.scores)


def test_half_precision_features_are_widened_once():
    case = Case(7)
    case.features = case.features.half()
    scorer = case.scorer()
    case.features = case.features.float()
    torch.testing.assert_close(
        scorer.rescore(Pruning(neurons=(40, 100))).scores, case.plain(Pruning(neurons=(40, 100))).scores
    )


def test_a_definition_that_was_not_given_is_named():
    case = Case(8)
    del case.neurons[NeuronDefinition.WEIGHTS]
    with pytest.raises(InvalidSettingError, match=r"\('activation'\) but got 'weights'"):
        case.scorer().rescore(Pruning(neuron_definition="weights"))


@pytest.mark.parametrize("options", [{"positions": 0.5}, {"preview_size": 0}])
def test_impossible_settings_are_refused(options):
    with pytest.raises(InvalidSettingError, match=next(iter(options))):
        Case(9).scorer(**options)


@pytest.mark.parametrize("name", ["features", "map", "neurons"])
def test_what_does_not_fit_the_head_is_refused(name):
    case = Case(10)
    if name == "neurons":
        case.neurons = {NeuronDefinition.ACTIVATION: torch.ones(12)}
    else:
        setattr(case, name, getattr(case, name)[:, :-1])
    with pytest.raises(InvalidDataError, match="Expected"):
        case.scorer()


def test_warming_up_twice_is_nothing():
    warm_up()
    warm_up()
