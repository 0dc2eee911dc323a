"""Widgets of the rule for the threshold, each bound to the address."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app.format import plain
from app.state import url
from app.state.url_expected import number, one_of
from app.text import deploy as text
from opnp.threshold.rules import Rule

STEP = 0.5
"""Percent, of the sliders."""
LOWEST = 50
"""Percent of ID that the slider offers to accept at least."""

RULES = (ID, OOD, BOTH, COSTS) = ("ID accepted", "OOD let through", "Both", "Costs")
WORST = "worst"
EACH = "each"
OWN = "own_limit_"
"""Begins the key of the widget of one set's own limit."""
AS_MEASURED = "as measured"
CONFIDENCES = ("90", "95", "99", AS_MEASURED)
"""Offered, in percent."""
USUAL = "95"
_LOWEST = "_lowest_tpr"
_OTHER = "_other_confidence"


@dataclass(frozen=True)
class RuleSlider:
    """A slider that sets a rule, and the rule at each of its steps.

    Attributes:
        key: Of its widget.
        low: Its least value, in percent.
        value: Where it stands.
        rules: At `low` and every `STEP` above.
    """

    key: str
    low: float
    value: float
    rules: Sequence[Rule]


@dataclass(frozen=True)
class ShareSlider:
    """A slider of a share that was drawn.

    Attributes:
        key: Of its widget.
        low: Its least value, in percent.
        high: Its largest.
        value: Where it stands.
    """

    key: str
    low: float
    high: float
    value: float

    def rules(self, rule_at: Callable[[float], Rule]) -> tuple[Rule, RuleSlider]:
        """Return the rule of the share where it stands, and of that at each step."""
        count = math.ceil((self.high - self.low) / STEP) + 1
        steps = [rule_at(min(self.low + STEP * place, self.high) / 100) for place in range(count)]
        return rule_at(self.value / 100), RuleSlider(self.key, self.low, self.value, steps)


def choose_kind() -> str:
    """Let the visitor choose one of `RULES`."""
    with url.bind_to_url("rule", one_of(RULES)) as bind:
        return st.segmented_control(
            text.RULE_LABEL,
            RULES,
            default=RULES[0],
            required=True,
            key="rule",
            help=text.RULE_HELP,
            bind=bind,
        )


def choose_confidence() -> float | None:
    """Let the visitor choose how sure a promise is, a fraction; None promises nothing."""
    state = st.session_state
    chosen = state.get("confidence", USUAL)
    if chosen not in CONFIDENCES:
        state[_OTHER] = chosen
    *offered, last = dict.fromkeys((*CONFIDENCES[:-1], state.get(_OTHER, USUAL), AS_MEASURED))
    options = [*sorted(offered, key=float), last]
    with url.bind_to_url("confidence", one_of(options)) as bind:
        said = st.segmented_control(
            text.CONFIDENCE_LABEL,
            options,
            default=USUAL,
            required=True,
            key="confidence",
            help=text.CONFIDENCE_HELP,
            bind=bind,
        )
    return None if said == AS_MEASURED else float(said) / 100


def share_slider(key: str, label: str, low: float, high: float, default: float) -> ShareSlider:
    """Let the visitor set a share, in percent."""
    with url.bind_to_url(key, number(low, high)) as bind:
        value = st.slider(label, low, high, default, STEP, format="%g %%", key=key, bind=bind)
    return ShareSlider(key, low, high, value)


def id_slider() -> ShareSlider:
    """Let the visitor set the share of ID to accept: from less once an opened detector asks for less."""
    state = st.session_state
    state[_LOWEST] = min(state.get(_LOWEST, LOWEST), math.floor(state.get("tpr", LOWEST)))
    return share_slider("tpr", text.TPR_LABEL, float(state[_LOWEST]), 100.0, 95.0)


def limit_slider(titles: dict[str, str], ood: tuple[str, ...]) -> tuple[ShareSlider | None, tuple[str, ...]]:
    """Let the visitor set a limit and the sets that it is for; no slider where each has its own."""
    names = titles | {WORST: text.WORST_SET, EACH: text.EACH_SET}
    keys = [WORST, EACH, *ood]
    limit, which = st.columns([3, 2])
    with which, url.bind_to_url("limited", one_of([names[key] for key in keys], names.__getitem__)) as bind:
        chosen = st.selectbox(text.WHICH_LABEL, keys, format_func=names.__getitem__, key="limited", bind=bind)
    if chosen == EACH:
        return None, ood
    with limit:
        slider = share_slider("max_ood", text.MOST_LABEL, 0.0, 50.0, 5.0)
    return slider, ood if chosen == WORST else (chosen,)


def number_input(key: str, label: str, high: float, default: float, help_text: str) -> float:
    """Let the visitor set a number from 0."""
    with url.bind_to_url(key, number(0, high)) as bind:
        return st.number_input(
            label, 0.0, high, default, 1.0, key=key, help=help_text, format="%g", bind=bind
        )


def own_limits(titles: dict[str, str], ood: tuple[str, ...]) -> dict[str, float]:
    """Let the visitor limit each set, fractions by key; where none has a limit, everything is let through."""
    st.caption(text.OWN_LIMITS)
    for key in ood:
        st.session_state.setdefault(OWN + key, 5.0)  # as its default it could not be emptied
    with st.container(horizontal=True, gap="small"):
        most = {
            key: st.number_input(
                plain(titles[key]),
                0.0,
                100.0,
                None,
                1.0,
                key=OWN + key,
                format="%g",
                width=150,
                placeholder="none",
            )
            for key in ood
        }
    limits = {key: share / 100 for key, share in most.items() if share is not None}
    return limits or dict.fromkeys(ood, 1.0)
