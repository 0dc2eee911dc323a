"""Set the rule's widgets to a rule, such as that of a detector opened again."""

from collections.abc import Mapping

import streamlit as st

from app.components.deploy.by_class import KEY
from app.components.deploy.rule_inputs import AS_MEASURED, BOTH, COSTS, EACH, ID, OOD, OWN, WORST
from app.text import deploy as text
from opnp.threshold.rules import AcceptAndLimit, AcceptId, LimitOod, MinimiseCost, Rule


def show_rule(rule: Rule, ood: tuple[str, ...], ood_share: float, *, by_class: bool) -> None:
    """Set the widgets to a rule. A callback.

    Args:
        rule: Which.
        ood: Keys of the OOD sets that it was chosen with.
        ood_share: OOD in the traffic, a fraction.
        by_class: Whether classes have thresholds of their own.
    """
    state = st.session_state
    share = rule.ood_share if isinstance(rule, MinimiseCost) else ood_share
    state["ood_share"], state[KEY] = _percents(share), by_class
    if isinstance(rule, MinimiseCost):
        state["rule"] = COSTS
        costs = (rule.false_alarm, rule.miss, rule.error)
        for (key, *_), cost in zip(text.COSTS, costs, strict=True):
            state[key] = cost
        return
    state["rule"] = {AcceptId: ID, LimitOod: OOD, AcceptAndLimit: BOTH}[type(rule)]
    state["confidence"] = AS_MEASURED if rule.confidence is None else f"{_percents(rule.confidence):g}"
    if isinstance(rule, AcceptId | AcceptAndLimit):
        state["tpr"] = _percents(rule.tpr)
    if isinstance(rule, LimitOod | AcceptAndLimit):
        _show_limits(rule.most, ood)


def _show_limits(limits: Mapping[str, float], ood: tuple[str, ...]) -> None:
    state = st.session_state
    most = {key: _percents(share) for key, share in limits.items()}
    same, low = len(set(most.values())) == 1, max(most.values()) <= 50
    if same and low and (len(most) == 1 or set(most) == set(ood)):
        state["limited"] = WORST if set(most) == set(ood) else min(most)
        state["max_ood"] = max(most.values())
        return
    state["limited"] = EACH
    for key in ood:
        state[OWN + key] = most.get(key)


def _percents(share: float) -> float:
    return round(100 * share, 6)
