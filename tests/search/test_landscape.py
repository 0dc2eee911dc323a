import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_explorer import OOD, poisoned

from opnp.config import Pruning
from opnp.errors import CancelledError
from opnp.evaluation.splits import Half
from opnp.search.landscape import Side, landscape, pareto
from opnp.search.sweep import EDGES
from opnp.search.trial import Trial
from opnp.search.tuning_set import make_tuning_set

BASES = {
    Side.WEIGHTS: Pruning(neurons=(20, 100), scope="per class"),
    Side.NEURONS: Pruning(weights=(10, 95), neuron_definition="weights"),
}


@pytest.fixture(scope="module")
def shown(data):
    return {side: landscape(data, side, base) for side, base in BASES.items()}


@given(st.sampled_from(Side), st.integers(0, 20), st.integers(0, 20))
def test_every_window_equals_its_own_evaluation(explorer, shown, side, one, other):
    low, high = sorted((one, other))
    there = shown[side]
    said = explorer.evaluate(explorer.at(there.pruning(low, high)), OOD, Half.TUNE)
    for place, key in enumerate(OOD):
        assert there.fpr95[place, low, high] == pytest.approx(said.sets[key].fpr95, abs=0.03)
        assert there.auroc[place, low, high] == pytest.approx(said.sets[key].auroc, abs=1e-3)
    assert there.accuracy[low, high] == pytest.approx(said.accuracy, abs=0.006)
    assert there.ece[low, high] == pytest.approx(said.reliability.ece, abs=0.006)


def test_a_position_keeps_what_the_windows_do_not_run_over(shown):
    assert shown[Side.WEIGHTS].pruning(3, 18) == Pruning((2, 99), (20, 100), "per class")
    assert shown[Side.NEURONS].pruning(0, 19) == Pruning((10, 95), (0, 99.5), "global", "weights")


def test_below_the_diagonal_there_is_nothing_and_on_it_all_is_pruned(shown):
    for there in shown.values():
        assert np.isnan(there.ece[3, 2])
        assert there.fpr95[0, 5, 5] == 1.0
        assert there.auroc[0, 5, 5] == 0.5


def test_trials_average_the_sets_that_are_asked_for(shown):
    there = shown[Side.WEIGHTS]
    assert len(there.trials()) == 231
    for trial in there.trials()[:40]:
        low, high = (EDGES.index(end) for end in trial.pruning.weights)
        assert trial.fpr95 == pytest.approx(there.fpr95[:, low, high].mean())
    for trial in there.trials(without=OOD[0])[:40]:
        low, high = (EDGES.index(end) for end in trial.pruning.weights)
        assert trial.fpr95 == there.fpr95[1, low, high]


def test_the_held_out_halves_are_never_read(explorer, shown):
    blind = make_tuning_set(poisoned(explorer, Half.REPORT).prepared, OOD)
    again = landscape(blind, Side.WEIGHTS, BASES[Side.WEIGHTS])
    np.testing.assert_array_equal(again.fpr95, shown[Side.WEIGHTS].fpr95)
    np.testing.assert_array_equal(again.auroc, shown[Side.WEIGHTS].auroc)


def test_a_sample_states_its_error_and_mostly_keeps_to_it(explorer, shown):
    exact = shown[Side.WEIGHTS]
    assert exact.margin is None
    sampled = landscape(make_tuning_set(explorer.prepared, OOD, most=150), Side.WEIGHTS, BASES[Side.WEIGHTS])
    assert (sampled.images, sampled.population) == (150, exact.images)
    off = np.abs(sampled.fpr95.mean(axis=0) - exact.fpr95.mean(axis=0))
    seen = ~np.isnan(off)
    assert np.mean(off[seen] <= 1.5 * sampled.margin[seen] + 0.02) > 0.9


def test_progress_goes_to_the_end_and_a_stop_stops(data):
    shares = []
    landscape(data, Side.NEURONS, Pruning(), edges=(0, 50, 100), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError):
        landscape(data, Side.NEURONS, Pruning(), cancel=stop)


trials = st.lists(
    st.builds(
        Trial,
        st.just(Pruning()),
        st.integers(0, 9).map(lambda tenths: tenths / 10),
        st.just(0.5),
        st.integers(0, 9).map(lambda tenths: tenths / 10),
    ),
    min_size=1,
)


@given(trials)
def test_the_front_is_what_nothing_beats(tried):
    def beaten(trial):
        return any(
            other.fpr95 <= trial.fpr95
            and other.accuracy >= trial.accuracy
            and (other.fpr95, other.accuracy) != (trial.fpr95, trial.accuracy)
            for other in tried
        )

    expected = {(t.fpr95, t.accuracy) for t in tried if not beaten(t)}
    front = pareto(tried)
    assert {(t.fpr95, t.accuracy) for t in front} == expected
    assert len(front) == len(expected)
