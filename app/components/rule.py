"""How the threshold is chosen: the widgets, and the rule that they say."""

from dataclasses import dataclass

import streamlit as st

from app.text import deploy as text
from opnp.explorer import Explorer
from opnp.threshold.rules import AcceptId, LimitOod, MinimiseCost, Rule

RULES = ("ID accepted", "OOD let through", "Costs")
WORST = "worst"
KEYS = ("rule", "tpr", "max_ood", "limited", "ood_share", *(key for key, *_ in text.COSTS))
_KEPT = "_rule"
"""What the widgets said last: they lose their values while another page, or another rule, is shown."""


@dataclass(frozen=True)
class Wanted:
    """What a visitor asks of a threshold.

    Attributes:
        rule: How it is chosen.
        ood_share: OOD in the traffic to come, a fraction.
    """

    rule: Rule
    ood_share: float


def wanted(explorer: Explorer, ood: tuple[str, ...]) -> Wanted:
    """Draw the widgets.

    Args:
        explorer: For the sets' titles.
        ood: Keys of the chosen OOD sets, at least one.

    Returns:
        What they say.
    """
    state = st.session_state
    for key, value in state.get(_KEPT, {}).items():
        if key not in state and (key != "limited" or value in (WORST, *ood)):
            state[key] = value
    with st.container(border=True):
        first, second, third = st.columns([4, 5, 3], gap="medium", vertical_alignment="top")
        with first:
            kind = st.segmented_control(
                text.RULE_LABEL,
                RULES,
                default=RULES[0],
                required=True,
                key="rule",
                help=text.RULE_HELP,
            )
        with third:
            share = st.number_input(
                text.SHARE_LABEL,
                0.0,
                100.0,
                10.0,
                1.0,
                key="ood_share",
                help=text.SHARE_HELP,
                format="%g",
            )
        with second:
            rule = _rule(kind, explorer, ood, share / 100)
    state[_KEPT] = state.get(_KEPT, {}) | {key: state[key] for key in KEYS if key in state}
    return Wanted(rule, share / 100)


def _rule(kind: str, explorer: Explorer, ood: tuple[str, ...], ood_share: float) -> Rule:
    if kind == RULES[0]:
        tpr = st.slider(text.TPR_LABEL, 50.0, 100.0, 95.0, 0.5, format="%g %%", key="tpr")
        return AcceptId(tpr / 100)
    if kind == RULES[1]:
        titles = {images.key: images.title for images in explorer.prepared.experiment.ood}
        limit, which = st.columns([3, 2])
        with limit:
            most = st.slider(text.MOST_LABEL, 0.0, 50.0, 5.0, 0.5, format="%g %%", key="max_ood")
        with which:
            chosen = st.selectbox(
                text.WHICH_LABEL,
                [WORST, *ood],
                format_func=lambda key: titles.get(key, text.WORST_SET),
                key="limited",
            )
        return LimitOod(dict.fromkeys(ood if chosen == WORST else (chosen,), most / 100))
    alarm, miss, error = (
        place.number_input(label, 0.0, 1000.0, default, 1.0, key=key, help=help_text, format="%g")
        for place, (key, label, default, help_text) in zip(st.columns(3), text.COSTS, strict=True)
    )
    return MinimiseCost(alarm, miss, error, ood_share)


def show_rule(rule: Rule) -> None:
    """Set the widgets to a rule. A callback."""
    state = st.session_state
    if isinstance(rule, AcceptId):
        state["rule"], state["tpr"] = RULES[0], max(50.0, round(100 * rule.tpr, 6))
    elif isinstance(rule, LimitOod):
        limited = next(iter(rule.most)) if len(rule.most) == 1 else WORST
        state["rule"], state["limited"] = RULES[1], limited
        state["max_ood"] = min(50.0, round(100 * min(rule.most.values()), 6))
    else:
        costs = (rule.false_alarm, rule.miss, rule.error)
        state["rule"], state["ood_share"] = RULES[2], round(100 * rule.ood_share, 6)
        for (key, *_), cost in zip(text.COSTS, costs, strict=True):
            state[key] = min(1000.0, float(cost))
