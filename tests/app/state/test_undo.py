"""Undo in the order of what the visitor did, whatever the server had drawn by then."""

from dataclasses import replace

import pytest

from app.state.events import Undo
from app.state.history import History, Settings
from opnp.config import Pruning

A, B, C = (Settings(Pruning(weights=(0, high))) for high in (90, 80, 70))


def shown(*settings: Settings) -> History:
    history = History()
    for one in settings:
        history.record(one)
    return history


def test_a_click_goes_one_step_back():
    history = shown(A, B)
    history.click(Undo())
    history.apply([], B)
    assert (history.present, history.pending, history.earlier) == (A, A, [])


def test_a_move_that_was_never_drawn_is_what_is_undone():
    history = shown(A, B)
    history.click(Undo())
    history.apply([], C)  # the slider had said C, and the run that would have drawn it was stopped
    assert (history.pending, history.earlier) == (B, [A])


@pytest.mark.parametrize(("clicks", "left"), [(2, A), (3, A), (9, A)])
def test_clicks_that_came_together_all_count(clicks, left):
    history = shown(A, B, C)
    for _ in range(clicks):
        history.click(Undo())
    history.apply([], C)
    assert history.pending == left


def test_what_was_undone_is_not_undone_again():
    history = shown(A, B, C)
    history.click(Undo())
    history.apply([], C)
    history.apply([], B)
    assert (history.present, history.earlier) == (B, [A])


def test_steps_of_another_experiment_bring_their_pruning_back_and_not_their_ood_sets():
    history = shown(
        *(replace(one, ood=ood) for one, ood in ((A, "pq"), (A, "p"), (B, "p"), (C, "q"), (C, "p")))
    )
    history.enter(("q", "r"))
    assert history.present == replace(C, ood=("q", "r"))
    assert history.earlier == [replace(one, ood=("q", "r")) for one in (A, B)]
    for _ in range(3):
        history.click(Undo())
        history.apply([], history.present)
        history.record(history.present)
    assert (history.present, history.earlier) == (replace(A, ood=("q", "r")), [])


def test_a_visit_that_showed_nothing_yet_enters_with_nothing_to_undo():
    history = History()
    history.enter(("p",))
    assert (history.present, history.earlier) == (None, [])


def test_a_move_and_a_click_that_arrive_together_undo_the_move(dashboard, move):
    app = dashboard()
    move(app, weights=(10.0, 90.0))
    app.session_state["weights"] = (30.0, 60.0)
    app.button(key="undo").click().run()
    assert app.session_state["weights"] == (10.0, 90.0)


def test_a_click_with_the_address_of_an_earlier_step_takes_nothing_back(dashboard, move):
    app = dashboard()
    for window in ((10.0, 90.0), (20.0, 80.0), (30.0, 70.0)):
        move(app, weights=window)
    late = dict(app.query_params)
    app.button(key="undo").click().run()
    app.query_params.clear()
    app.query_params.update(late)  # as from a browser that has not heard of the first undo
    app.button(key="undo").click().run()
    assert app.session_state["weights"] == (10.0, 90.0)
