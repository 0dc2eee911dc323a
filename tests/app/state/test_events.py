"""What a visitor does, as one sequence: however its messages come, the same is done in the same order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.events import MOST, Choose, Hold, LetGo, Move, Pick, Swap, Undo, choose_message, parse_events
from app.state.history import History, Settings
from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope, Window

SETS = ("mnist", "noise")
START = Settings(UNPRUNED, SETS)
NEURONS = Pruning(neurons=(30, 100))
PER_CLASS = Pruning(weights=(80, 100), scope=RankScope.PER_CLASS)

windows = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(lambda ends: Window(*sorted(ends)))
picked = st.one_of(
    st.sampled_from(RankScope),
    st.sampled_from(NeuronDefinition),
    st.sampled_from([(), ("noise",), ("mnist", "noise")]),
)
things = st.one_of(
    st.builds(Move, st.sampled_from(["weights", "neurons"]), windows),
    st.builds(Pick, picked),
    st.sampled_from([Choose(NEURONS), Choose(UNPRUNED), Undo(), Hold(), LetGo(), Swap()]),
)


def visit() -> History:
    history = History()
    history.record(START)
    return history


def done(history: History, *events) -> Settings:
    first = history.applied + 1
    history.apply(enumerate(events, first), history.present)
    return history.present


@given(st.lists(things, max_size=12), st.data())
def test_messages_that_come_together_late_or_twice_do_the_same(events, data):
    together, alone = visit(), visit()
    numbered = list(enumerate(events, 1))
    for number, event in numbered:
        alone.apply([(number, event)], alone.present)
    first = 0
    while first < len(events):
        first = max(0, data.draw(st.integers(first - 2, first)))  # what was not acknowledged is sent again
        last = data.draw(st.integers(first + 1, len(events)))
        together.apply(numbered[first:last], together.present)
        first = max(last, together.applied)
    assert (together.present, together.earlier) == (alone.present, alone.earlier)
    assert together.applied == len(events)


def test_the_last_thing_done_wins():
    assert done(visit(), Move("weights", (0, 80)), Choose(UNPRUNED)) == START
    assert done(visit(), Choose(NEURONS), Move("weights", (0, 80))).pruning == Pruning((0, 80), (30, 100))


def test_every_thing_done_is_one_step_back():
    history = visit()
    done(history, Move("weights", (0, 80)), Choose(NEURONS), Hold(), Choose(PER_CLASS), Swap())
    seen = [history.present]
    while history.earlier:
        seen.append(done(history, Undo()))
    assert [(each.pruning, each.pinned) for each in seen] == [
        (NEURONS, PER_CLASS),
        (PER_CLASS, NEURONS),
        (NEURONS, NEURONS),
        (NEURONS, None),
        (Pruning((0, 80)), None),
        (UNPRUNED, None),
    ]


def test_a_thumb_that_is_held_leaves_no_steps():
    history = visit()
    held = [Move("weights", (0, end), moving=True) for end in (99, 98, 97)]
    done(history, *held)
    assert history.moving
    assert history.pending.pruning.weights == (0, 97)
    done(history, Move("weights", (0, 96)))
    assert not history.moving
    assert history.earlier == [START]


def test_a_choice_before_a_preset_gives_way_and_after_it_stays():
    picked = Pick(RankScope.PER_CLASS)
    assert done(visit(), picked, Choose(NEURONS)).pruning == NEURONS
    after = done(visit(), Choose(NEURONS), picked).pruning
    assert after == Pruning(neurons=(30, 100), scope=RankScope.PER_CLASS)


def test_sets_that_were_chosen_stay_whatever_else_comes_with_them():
    assert done(visit(), Pick(("noise",)), Choose(NEURONS)) == Settings(NEURONS, ("noise",))


def test_a_definition_is_chosen_alone():
    after = done(visit(), Pick(NeuronDefinition.WEIGHTS))
    assert after == Settings(Pruning(neuron_definition=NeuronDefinition.WEIGHTS), START.ood)


def test_what_a_stopped_run_did_not_take_over_stays_and_so_does_what_was_done_since():
    history = visit()
    history.apply(
        [(1, Move("weights", (0, 80)))], START
    )  # and the run is stopped before the session holds it
    history.apply([(1, Move("weights", (0, 80))), (2, Pick(("noise",)))], START)
    history.apply([], START)
    assert history.pending == Settings(Pruning((0, 80)), ("noise",))


def test_an_undo_of_nothing_and_a_swap_with_nothing_change_nothing():
    assert done(visit(), Undo(), Swap(), LetGo()) == START


@pytest.mark.parametrize(
    "message",
    [
        None,
        3,
        {},
        {"do": "undo"},
        {"do": "undo", "number": 0},
        {"do": "undo", "number": True},
        {"do": "undo", "number": "1"},
        {"do": "fly", "number": 1},
        {"do": ["undo"], "number": 1},
        {"do": "pick", "number": 1},
        {"do": "pick", "field": "pinned", "value": "global", "number": 1},
        {"do": "pick", "field": ["ood"], "value": [], "number": 1},
        {"do": "pick", "field": "ood", "number": 1},
        {"do": "pick", "field": "ood", "value": "noise", "number": 1},
        {"do": "pick", "field": "ood", "value": {"noise": True}, "number": 1},
        {"do": "pick", "field": "scope", "value": "everywhere", "number": 1},
        {"do": "pick", "field": "scope", "value": ["global"], "number": 1},
        {"do": "pick", "field": "definition", "value": None, "number": 1},
        {"do": "pick", "field": "definition", "value": "global", "number": 1},
        {"do": "move", "side": "biases", "window": [0, 1], "number": 1},
        {"do": "move", "side": "weights", "window": [0], "number": 1},
        {"do": "move", "side": "weights", "window": ["nan", 1], "number": 1},
        {"do": "move", "side": "weights", "window": None, "number": 1},
        choose_message(NEURONS) | {"scope": "everywhere", "number": 1},
        choose_message(NEURONS) | {"weights": {}, "number": 1},
    ],
)
def test_what_is_no_event_is_left_out(message):
    after = {"do": "hold", "number": 9}
    assert parse_events([message, after], SETS) == [(9, Hold())]
    assert parse_events(message, SETS) == []


@pytest.mark.parametrize(
    ("field", "value", "picked"),
    [
        ("scope", "per class", RankScope.PER_CLASS),
        ("definition", "weights", NeuronDefinition.WEIGHTS),
        ("ood", [], ()),
        ("ood", ["noise", "mnist", "noise"], ("mnist", "noise")),
        ("ood", [["noise"], None, {}, "mars", "noise" * 10**5, "noise"], ("noise",)),
    ],
)
def test_a_choice_is_read_in_the_experiments_order_and_nothing_else_of_it(field, value, picked):
    assert parse_events([{"do": "pick", "field": field, "value": value, "number": 1}], SETS) == [
        (1, Pick(picked))
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9) | st.sampled_from(SETS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(["pick", "move", "choose", "undo", "scope", "definition", "ood", "weights"])
parts = ("do", "field", "value", "side", "window", "weights", "neurons", "scope")
messages = st.fixed_dictionaries(
    {"number": st.integers(1, 5)}, optional=dict.fromkeys(parts, names | anything)
)


@given(st.lists(messages, max_size=6))
def test_whatever_comes_is_read_or_left_out_and_what_is_read_can_be_held(messages):
    history = visit()
    history.apply(parse_events(messages, SETS), START)
    assert set(history.present.ood) <= set(SETS)
    assert isinstance(history.present.pruning, Pruning)


def test_a_number_out_of_all_reason_does_not_silence_what_follows():
    history = visit()
    history.apply([(2**80, Undo()), (MOST + 1, Undo())], START)
    assert (history.applied, history.present) == (0, START)
    assert done(history, Choose(NEURONS)).pruning == NEURONS


def test_windows_from_a_browser_are_brought_inside():
    message = {"do": "move", "side": "weights", "window": [1e400, -5], "number": 1}
    assert parse_events([message], SETS) == [(1, Move("weights", Window(0.0, 0.0)))]
    message["window"] = [-5, 400]
    assert parse_events([message], SETS) == [(1, Move("weights", OPEN))]
