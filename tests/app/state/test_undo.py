"""Undo in the order of what the visitor did, whatever the server had drawn by then."""

import pytest

from app.state.session import Course, Settings
from opnp.config import Pruning

A, B, C = (Settings(Pruning(weights=(0, high))) for high in (90, 80, 70))


def shown(*settings: Settings) -> Course:
    course = Course()
    for one in settings:
        course.settle(one)
    return course


def test_a_click_goes_one_step_back():
    course = shown(A, B)
    course.undo()
    course.turn(B)
    assert (course.present, course.wanted, course.earlier) == (A, A, [])


def test_a_move_that_was_never_drawn_is_what_is_undone():
    course = shown(A, B)
    course.undo()
    course.turn(C)  # the slider had said C, and the run that would have drawn it was stopped
    assert (course.wanted, course.earlier) == (B, [A])


@pytest.mark.parametrize(("clicks", "left"), [(2, A), (3, A), (9, A)])
def test_clicks_that_came_together_all_count(clicks, left):
    course = shown(A, B, C)
    for _ in range(clicks):
        course.undo()
    course.turn(C)
    assert course.wanted == left


def test_what_was_undone_is_not_undone_again():
    course = shown(A, B, C)
    course.undo()
    course.turn(C)
    course.turn(B)
    assert (course.present, course.earlier) == (B, [A])


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
