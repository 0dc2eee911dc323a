"""Widgets that choose the rule for the threshold."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app.format import plain
from app.state import url
from app.state.url_expected import number, one_of
from app.text import deploy as text
from opnp.explorer import Explorer
from opnp.threshold.rules import MOST_COST, AcceptId, LimitOod, MinimiseCost, Rule

STEP = 0.5
"""Percent, of the sliders."""
LOWEST = 50
"""Percent of ID that the slider offers to accept at least."""

RULES = ("ID accepted", "OOD let through", "Costs")
WORST = "worst"
EACH = "each"
OWN = "own_limit_"
"""Begins the key of the widget of one set's own limit."""
KEYS = ("rule", "tpr", "max_ood", "limited", "ood_share", *(key for key, *_ in text.COSTS))
_LOWEST = "_lowest_tpr"
_KEPT = "_rule"
"""What the widgets said last: they lose their values while another page, or another rule, is shown."""


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
class ThresholdRequest:
    """A visitor's rule for the threshold, and the share of OOD in the traffic.

    Attributes:
        rule: How it is chosen.
        ood_share: OOD in the traffic to come, a fraction.
        slider: That sets it, if one does.
    """

    rule: Rule
    ood_share: float
    slider: RuleSlider | None


def choose_rule(explorer: Explorer, ood: tuple[str, ...]) -> ThresholdRequest:
    """Let the visitor choose the rule for the threshold.

    Args:
        explorer: For the sets' titles.
        ood: Keys of the chosen OOD sets, at least one.

    Returns:
        The rule and the share.
    """
    state = st.session_state
    for key, value in state.get(_KEPT, {}).items():
        if key not in state and (key != "limited" or value in (WORST, EACH, *ood)):
            state[key] = value
    with st.container(border=True):
        first, second, third = st.columns([4, 5, 3], gap="medium", vertical_alignment="top")
        with first:
            kind = _choose_kind()
        with third:
            share = _number("ood_share", text.SHARE_LABEL, 100.0, 10.0, text.SHARE_HELP)
        with second:
            rule, slider = _rule(kind, explorer, ood, share / 100)
        if rule is None:
            rule = _own_limits(explorer, ood)
    keys = (*KEYS, *(OWN + key for key in ood))
    state[_KEPT] = state.get(_KEPT, {}) | {key: state[key] for key in keys if key in state}
    return ThresholdRequest(rule, share / 100, slider)


def _rule(
    kind: str, explorer: Explorer, ood: tuple[str, ...], ood_share: float
) -> tuple[Rule | None, RuleSlider | None]:
    """Let the visitor set the rule; none where each set has its own limit, which needs more room."""
    if kind == RULES[0]:
        return _by_slider("tpr", text.TPR_LABEL, (_lowest(), 100.0, 95.0), AcceptId)
    if kind == RULES[1]:
        titles = _titles(explorer) | {WORST: text.WORST_SET, EACH: text.EACH_SET}
        limit, which = st.columns([3, 2])
        with which:
            chosen = _choose_limited([WORST, EACH, *ood], titles)
        if chosen == EACH:
            return None, None
        limited = ood if chosen == WORST else (chosen,)
        with limit:
            return _by_slider(
                "max_ood",
                text.MOST_LABEL,
                (0.0, 50.0, 5.0),
                lambda most: LimitOod(dict.fromkeys(limited, most)),
            )
    costs = []
    for place, (key, label, default, help_text) in zip(st.columns(3), text.COSTS, strict=True):
        with place:
            costs.append(_number(key, label, MOST_COST, default, help_text))
    alarm, miss, error = costs
    return MinimiseCost(alarm, miss, error, ood_share), None


def _choose_kind() -> str:
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


def _choose_limited(keys: list[str], titles: dict[str, str]) -> str:
    with url.bind_to_url("limited", one_of([titles[key] for key in keys], titles.__getitem__)) as bind:
        return st.selectbox(
            text.WHICH_LABEL, keys, format_func=lambda key: titles[key], key="limited", bind=bind
        )


def _by_slider(
    key: str, label: str, span: tuple[float, float, float], rule_at: Callable[[float], Rule]
) -> tuple[Rule, RuleSlider]:
    """Let the visitor set a share by a slider from one value to another, at first at the third."""
    low, high, default = span
    with url.bind_to_url(key, number(low, high)) as bind:
        value = st.slider(label, low, high, default, STEP, format="%g %%", key=key, bind=bind)
    count = math.ceil((high - low) / STEP) + 1
    steps = [rule_at(min(low + STEP * place, high) / 100) for place in range(count)]
    return rule_at(value / 100), RuleSlider(key, low, value, steps)


def _lowest() -> float:
    """Return the least share of ID that the slider offers: less once an opened detector asks for less."""
    state = st.session_state
    state[_LOWEST] = min(state.get(_LOWEST, LOWEST), math.floor(state.get("tpr", LOWEST)))
    return float(state[_LOWEST])


def _number(key: str, label: str, high: float, default: float, help_text: str) -> float:
    with url.bind_to_url(key, number(0, high)) as bind:
        return st.number_input(
            label, 0.0, high, default, 1.0, key=key, help=help_text, format="%g", bind=bind
        )


def _own_limits(explorer: Explorer, ood: tuple[str, ...]) -> Rule:
    """Let the visitor limit each set; where none has a limit, everything is accepted."""
    titles = _titles(explorer)
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
    return LimitOod(limits or dict.fromkeys(ood, 1.0))


def _titles(explorer: Explorer) -> dict[str, str]:
    return explorer.prepared.experiment.titles


def show_rule(rule: Rule, ood: tuple[str, ...], ood_share: float) -> None:
    """Set the widgets to a rule. A callback.

    Args:
        rule: Which.
        ood: Keys of the OOD sets that it was chosen with.
        ood_share: OOD in the traffic, a fraction.
    """
    state = st.session_state
    share = rule.ood_share if isinstance(rule, MinimiseCost) else ood_share
    state["ood_share"] = round(100 * share, 6)
    if isinstance(rule, AcceptId):
        state["rule"], state["tpr"] = RULES[0], round(100 * rule.tpr, 6)
    elif isinstance(rule, LimitOod):
        state["rule"] = RULES[1]
        most = {key: round(100 * share, 6) for key, share in rule.most.items()}
        same, low = len(set(most.values())) == 1, max(most.values()) <= 50
        if same and low and (len(most) == 1 or set(most) == set(ood)):
            state["limited"] = WORST if set(most) == set(ood) else min(most)
            state["max_ood"] = max(most.values())
        else:
            state["limited"] = EACH
            for key in ood:
                state[OWN + key] = most.get(key)
    else:
        costs = (rule.false_alarm, rule.miss, rule.error)
        state["rule"] = RULES[2]
        for (key, *_), cost in zip(text.COSTS, costs, strict=True):
            state[key] = cost
