"""What a visitor does, as one sequence: however its messages come, the same is done in the same order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.events import MOST, Choose, Hold, LetGo, Move, Swap, Touch, Undo, choose_message, parse_events
from app.state.history import History, Settings
from opnp.config import OPEN, UNPRUNED, Pruning, RankScope, Window

START = Settings(UNPRUNED, ("mnist", "noise"))
NEURONS = Pruning(neurons=(30, 100))
PER_CLASS = Pruning(weights=(80, 100), scope=RankScope.PER_CLASS)

windows = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(lambda ends: Window(*sorted(ends)))
things = st.one_of(
    st.builds(Move, st.sampled_from(["weights", "neurons"]), windows),
    st.sampled_from([Choose(NEURONS), Choose(UNPRUNED), Undo(), Hold(), LetGo(), Swap()]),
)


def visit() -> History:
    history = History()
    history.record(START)
    return history


def done(history: History, *events, shown: Settings | None = None) -> Settings:
    first = history.applied + 1
    history.apply(enumerate(events, first), shown or history.present)
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


def test_a_widget_that_was_clicked_before_a_preset_gives_way_and_after_it_stays():
    clicked = Settings(Pruning(scope=RankScope.PER_CLASS), START.ood)
    assert done(visit(), Touch("scope"), Choose(NEURONS), shown=clicked).pruning == NEURONS
    after = done(visit(), Choose(NEURONS), Touch("scope"), shown=clicked).pruning
    assert after == Pruning(neurons=(30, 100), scope=RankScope.PER_CLASS)


def test_sets_that_were_chosen_stay_whatever_else_comes_with_them():
    clicked = Settings(UNPRUNED, ("noise",))
    assert done(visit(), Touch("ood"), Choose(NEURONS), shown=clicked) == Settings(NEURONS, ("noise",))


def test_what_a_stopped_run_did_not_show_stays_and_so_do_clicks_since():
    history = visit()
    history.apply([(1, Move("weights", (0, 80)))], START)  # and the run is stopped before the sliders are set
    clicked = Settings(UNPRUNED, ("noise",))
    history.apply([(1, Move("weights", (0, 80))), (2, Touch("ood"))], START)  # the click's value comes later
    history.apply([], clicked)
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
        {"do": "touch", "field": "pinned", "number": 1},
        {"do": "touch", "field": ["ood"], "number": 1},
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
    assert parse_events([message, after]) == [(9, Hold())]
    assert parse_events(message) == []


def test_a_number_out_of_all_reason_does_not_silence_what_follows():
    history = visit()
    history.apply([(2**80, Undo()), (MOST + 1, Undo())], START)
    assert (history.applied, history.present) == (0, START)
    assert done(history, Choose(NEURONS)).pruning == NEURONS


def test_windows_from_a_browser_are_brought_inside():
    message = {"do": "move", "side": "weights", "window": [1e400, -5], "number": 1}
    assert parse_events([message]) == [(1, Move("weights", Window(0.0, 0.0)))]
    message["window"] = [-5, 400]
    assert parse_events([message]) == [(1, Move("weights", OPEN))]
