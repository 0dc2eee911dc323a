"""The rule for the threshold, as the visitor's widgets say it."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from app.components.deploy.rule_inputs import (
    BOTH,
    COSTS,
    EACH,
    ID,
    OWN,
    WORST,
    RuleSlider,
    choose_confidence,
    choose_kind,
    id_slider,
    limit_slider,
    number_input,
    own_limits,
)
from app.text import deploy as text
from opnp.explorer import Explorer
from opnp.threshold.rules import MOST_COST, AcceptAndLimit, AcceptId, LimitOod, MinimiseCost, Rule

KEYS = ("rule", "confidence", "tpr", "max_ood", "limited", "ood_share", *(key for key, *_ in text.COSTS))
_KEPT = "_rule"
"""What the widgets said last: they lose their values while another page, or another rule, is shown."""


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
        first, second, third = st.columns([5, 5, 2], gap="medium", vertical_alignment="top")
        with first:
            kind = choose_kind()
        with third:
            share = number_input("ood_share", text.SHARE_LABEL, 100.0, 10.0, text.SHARE_HELP) / 100
        if kind == COSTS:
            with second:
                rule, slider = _costs(share), None
        else:
            with first:
                confidence = choose_confidence()
            titles = explorer.prepared.experiment.titles
            rule, slider = _promise(kind, confidence, titles, ood, second)
    remember((*KEYS, *(OWN + key for key in ood)))
    return ThresholdRequest(rule, share, slider)


def remember(keys: Iterable[str]) -> None:
    """Keep what widgets say, by key, for when they are drawn again."""
    state = st.session_state
    state[_KEPT] = state.get(_KEPT, {}) | {key: state[key] for key in keys if key in state}


def _promise(
    kind: str,
    confidence: float | None,
    titles: dict[str, str],
    ood: tuple[str, ...],
    column: "st.delta_generator.DeltaGenerator",
) -> tuple[Rule, RuleSlider | None]:
    """Let the visitor set the shares of a rule by sliders, of which the first is followed while it moves."""
    with column:
        on_id = None if kind not in (ID, BOTH) else id_slider()
        if kind == ID and on_id:
            return on_id.rules(lambda tpr: AcceptId(tpr, confidence))
        limit, limited = limit_slider(titles, ood)
    most = dict.fromkeys(limited, limit.value / 100) if limit else own_limits(titles, ood)
    if on_id:
        return on_id.rules(lambda tpr: AcceptAndLimit(tpr, most, confidence))
    if limit:
        return limit.rules(lambda share: LimitOod(dict.fromkeys(limited, share), confidence))
    return LimitOod(most, confidence), None


def _costs(ood_share: float) -> Rule:
    costs = []
    for place, (key, label, default, help_text) in zip(st.columns(3), text.COSTS, strict=True):
        with place:
            costs.append(number_input(key, label, MOST_COST, default, help_text))
    alarm, miss, error = costs
    return MinimiseCost(alarm, miss, error, ood_share)
