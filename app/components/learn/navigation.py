"""Navigation of the story: back, the steps, next, and presentation mode."""

import streamlit as st

from app import text
from app.components.learn.keys import arrow_keys
from app.state import url
from app.state.url_expected import one_of, yes_or_no

STEP = "step"
PRESENT = "present"


def navigation() -> tuple[int, bool]:
    """Draw the band of steps.

    Returns:
        The step's place, from 0, and whether the page is shown on a projector.
    """
    steps = text.learn.STEPS
    numbers = [str(place + 1) for place in range(len(steps))]
    with st.container(key="steps", horizontal=True, vertical_alignment="center", gap="small"):
        back = st.empty()
        with url.bind_to_url(STEP, one_of(numbers)) as bind:
            number = st.segmented_control(
                text.learn.STEP_LABEL,
                numbers,
                default=numbers[0],
                required=True,
                key=STEP,
                label_visibility="collapsed",
                bind=bind,
            )
        place = numbers.index(number)
        last = place == len(steps) - 1
        with back:
            _button(text.learn.BACK, "arrow_back", "left", -1, text.learn.BACK_HELP, off=place == 0)
        following = text.learn.NEXT if last else f"{text.learn.NEXT}: {steps[place + 1].short}"
        _button(following, "arrow_forward", "right", 1, text.learn.NEXT_HELP, off=last)
        with url.bind_to_url(PRESENT, yes_or_no()) as bind:
            presenting = st.toggle(text.learn.PRESENT, key=PRESENT, help=text.learn.PRESENT_HELP, bind=bind)
        arrow_keys(presenting=presenting)
    return place, presenting


def _button(label: str, icon: str, arrow: str, by: int, help_text: str, *, off: bool) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        icon_position="right" if arrow == "right" else "left",
        type="primary" if arrow == "right" else "secondary",
        on_click=_go,
        args=(by,),
        disabled=off,
        help=help_text,
        shortcut=arrow,
        key=f"step-{arrow}",
    )


def _go(by: int) -> None:
    last = len(text.learn.STEPS)
    st.session_state[STEP] = str(min(max(int(st.session_state[STEP]) + by, 1), last))
