"""What a threshold promises, what was measured on held-out images, and what the promise takes."""

from collections.abc import Iterator, Mapping

import streamlit as st

from app.format import percent, plain, threshold, with_interval
from app.text import deploy as text
from opnp.threshold.kept import Kept, how_kept
from opnp.threshold.outcome import Outcome
from opnp.threshold.plan import Plan
from opnp.threshold.promise import ID
from opnp.threshold.rules import as_measured

_VERDICTS = {Kept.YES: "", Kept.CHANCE: text.WITHIN, Kept.NO: text.BEYOND}


def promise(planned: Plan) -> None:
    """Draw the promise of a threshold, or that there is none.

    Args:
        planned: Of the pruned model.
    """
    with st.container(border=True, key="promise"):
        for line in _lines(planned):
            st.markdown(line)
        if planned.promise is not None:
            st.caption(text.HOLDS_FOR)


def _lines(planned: Plan) -> Iterator[str]:
    if planned.cost is not None:
        ends = {name: f"{end:.4g}" for name, end in planned.cost.interval._asdict().items()}
        yield text.COST.format(cost=f"{planned.cost.value:.4g}", **ends)
    elif planned.promise is None or planned.as_measured is None:
        yield text.NOTHING_LIMITED if as_measured(planned.rule) else text.NOTHING_PROMISED
    else:
        yield text.PROMISED.format(statement=plain(planned.promise.statement))
        shares = _measured(planned.outcome, planned.promise.images, planned.basis.titles)
        yield text.MEASURED.format(
            shares=", ".join(shares), verdict=_VERDICTS[how_kept(planned.rule, planned.outcome)]
        )
        yield _price(planned, planned.as_measured)


def _measured(outcome: Outcome, images: Mapping[str, int], titles: Mapping[str, str]) -> Iterator[str]:
    """Yield the held-out shares of what was promised, of OOD sets the largest."""
    if ID in images:
        part = outcome.id_accepted
        yield text.ACCEPTED_SHARE.format(share=with_interval(part.value, part.interval))
    worst = _worst(outcome, [key for key in images if key in outcome.ood_accepted])
    if worst is not None:
        part = outcome.ood_accepted[worst]
        share = with_interval(part.value, part.interval)
        yield text.THROUGH_SHARE.format(share=share, title=plain(titles[worst]))


def _price(planned: Plan, without: Outcome) -> str:
    outcome = planned.outcome
    words = {
        "threshold": threshold(outcome.threshold),
        "plain": threshold(without.threshold),
        "accepted": percent(outcome.id_accepted.value),
        "plain_accepted": percent(without.id_accepted.value),
    }
    worst = _worst(outcome, list(outcome.ood_accepted))
    if worst is None:
        return text.PRICE_OF_ID.format(**words)
    through, plain_through = (each.ood_accepted[worst].value for each in (outcome, without))
    shares = {"through": percent(through), "plain_through": percent(plain_through)}
    return text.PRICE.format(**words, **shares, title=plain(planned.basis.titles[worst]))


def _worst(outcome: Outcome, keys: list[str]) -> str | None:
    """Return the set of which most is let through; None of none."""
    return max(keys, key=lambda key: outcome.ood_accepted[key].value, default=None)
