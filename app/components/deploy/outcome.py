"""The outcome of a threshold on held-out images: five numbers and two tables."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app.components.columns import named
from app.format import interval, percent, plain, probability, threshold, with_interval
from app.text import deploy as text
from opnp.reports.percent import ends
from opnp.threshold.outcome import Proportion
from opnp.threshold.plan import Plan

Plans = Mapping[str, Plan | None]
"""By name; None for a score on which nothing keeps what is promised."""


def outcome_cards(planned: Plan, titles: Mapping[str, str]) -> None:
    """Draw the threshold and its outcome on held-out images.

    Args:
        planned: Of the pruned model.
        titles: Of the OOD sets, by key.
    """
    outcome = planned.outcome
    worst = max(outcome.ood_accepted, key=lambda key: outcome.ood_accepted[key].value)
    with st.container(key="cards"):
        columns = [column for count in (2, 2, 1) for column in st.columns(count)]
        with columns[0], st.container(border=True, height="stretch"):
            st.metric("Threshold", threshold(planned.threshold), help=text.THRESHOLD_HELP)
            st.caption(text.CHOSEN_ON.format(count=f"{planned.basis.tune.id_scores.size:,}"))
        with columns[1], st.container(border=True, height="stretch"):
            rejected = text.FALSE_ALARMS.format(count=f"{outcome.confusion['ID'][2]:,}")
            _share("ID accepted", outcome.id_accepted, text.ID_ACCEPTED_HELP, rejected)
        with columns[2], st.container(border=True, height="stretch"):
            _share(
                "OOD let through, worst",
                outcome.ood_accepted[worst],
                text.OOD_ACCEPTED_HELP,
                plain(titles[worst]),
            )
        with columns[3], st.container(border=True, height="stretch"):
            everything = text.OF_ALL.format(share=_percent(outcome.accuracy))
            _share("Accuracy on accepted", outcome.accuracy_accepted, text.ACCEPTED_ACCURACY_HELP, everything)
        with columns[4], st.container(border=True, height="stretch"):
            st.metric("AURC ↓", f"{planned.curve.area:.3f}", help=text.AURC_HELP)
            st.caption(ends(planned.curve.interval, digits=3))
    st.caption(text.HELD_OUT)


def comparison_table(plans: Plans, titles: Mapping[str, str]) -> None:
    """Draw the outcome of each score at the threshold that the same rule gives it.

    Args:
        plans: By name, the chosen one last.
        titles: Of the OOD sets, by key.
    """
    *_, chosen = filter(None, plans.values())
    rows = ["ID accepted ↑", *(f"{titles[key]} let through ↓" for key in chosen.outcome.ood_accepted)]
    frame = pd.DataFrame({"": [*rows, "Accuracy on accepted ↑", "AURC ↓", "Threshold (MSP: probability)"]})
    for name, planned in plans.items():
        if planned is None:
            frame[name] = text.NONE
            continue
        outcome, curve = planned.outcome, planned.curve
        shares = [outcome.id_accepted, *outcome.ood_accepted.values(), outcome.accuracy_accepted]
        area = f"{curve.area:.3f} ({ends(curve.interval, digits=3)})"
        tau = (probability if planned.basis.by_confidence else threshold)(planned.threshold)
        frame[name] = [*map(_with_interval, shares), area, tau]
    st.dataframe(
        frame,
        hide_index=True,
        column_config={"": named(titles.values())},
        alt="Accepted and rejected shares of each score, with 95 % intervals",
    )
    refused = [name for name, planned in plans.items() if planned is None]
    if refused:
        st.caption(text.NO_PLAN.format(none=text.NONE, names=", ".join(refused)))


def confusion_table(planned: Plan, titles: Mapping[str, str]) -> None:
    """Draw the counts of accepted and rejected images of each set.

    Args:
        planned: Of the pruned model.
        titles: Of the OOD sets, by key.
    """
    rows = [
        {
            "Images of": titles.get(key, key),
            "accepted, right class": f"{right:,}" if key == "ID" else "–",
            "accepted, wrong": f"{wrong:,}",
            "rejected": f"{rejected:,}",
        }
        for key, (right, wrong, rejected) in planned.outcome.confusion.items()
    ]
    st.caption(text.CONFUSION_HELP)
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={"Images of": named(titles.values())},
        alt="Counts of accepted and rejected images of each set",
    )


def _share(label: str, part: Proportion, help_text: str, more: str) -> None:
    st.metric(label, _percent(part), help=help_text)
    st.caption(f"{interval(part.interval)} · {more}")


def _percent(part: Proportion) -> str:
    return percent(part.value) if part.count else "none"


def _with_interval(part: Proportion) -> str:
    return with_interval(part.value, part.interval) if part.count else "none"
