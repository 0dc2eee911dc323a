"""The scores that a threshold is chosen on, and the threshold, which follows the slider of its rule."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.charts.histogram import Panel, headroom
from app.charts.names import IN_TITLE
from app.charts.palette import Palette
from app.components.deploy.rule_inputs import STEP, RuleSlider
from app.components.live_histograms import live_histograms
from app.format import cut, percent
from app.preview.rows import Rows
from app.text import deploy as text
from opnp.interpret.binning import shared_edges, shares
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.outcome import Outcome, outcome
from opnp.threshold.rules import Rule, choose_threshold, steady
from opnp.threshold.sample import ScoredSample

PANEL_HEIGHT = 84
AROUND = 110
"""Pixels above and below the panels."""


def live_threshold(
    rule: Rule, sample: ScoredSample, slider: RuleSlider | None, titles: Mapping[str, str], colours: Palette
) -> None:
    """Draw ID against each OOD set on the tune halves, one above the other, with the threshold through all.

    Where these images cannot promise what the rule wants, the title says so and there is no threshold.

    Args:
        rule: How it is chosen.
        sample: Tune half of the pruned model's scores.
        slider: That sets the rule, which the threshold follows; none if none does.
        titles: Of the OOD sets, by key.
        colours: The page's palette.
    """
    present = _at(rule, sample, titles)
    edges = shared_edges([sample.id_scores, *sample.ood.values()])
    on_id = shares(sample.id_scores, edges)
    panels = [
        Panel(line["title"], on_id, shares(scores, edges), _drawn(line["threshold"]))
        for line, scores in zip(present["panels"], sample.ood.values(), strict=True)
    ]
    live_histograms(
        panels,
        edges,
        colours,
        title=present["title"],
        top=headroom(panels),
        key="threshold",
        follow=_at_every_step(slider, sample, titles).data() if slider else {},
        height=AROUND + PANEL_HEIGHT * len(panels),
        threshold_name=text.THRESHOLD_LINE,
    )


def _at_every_step(slider: RuleSlider, sample: ScoredSample, titles: Mapping[str, str]) -> Rows:
    rows = [_at(rule, sample, titles) for rule in slider.rules]
    return Rows(slider.key, slider.low, STEP, slider.value, rows)


def _at(rule: Rule, sample: ScoredSample, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return what of the picture depends on the rule."""
    try:
        return _said(outcome(steady(choose_threshold(rule, sample), sample), sample), titles)
    except ImpossiblePromiseError:
        panels = [{"title": cut(titles[key], IN_TITLE), "threshold": None} for key in sample.ood]
        return {"title": text.NO_THRESHOLD, "panels": panels}


def _drawn(threshold: float | None) -> float:
    return np.nan if threshold is None else threshold


def _said(on_tune: Outcome, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return what of the picture depends on the threshold."""
    accepted = on_tune.id_accepted
    panels = [
        {
            "title": text.LET_THROUGH_OF.format(
                title=cut(titles[key], IN_TITLE), share=percent(part.value), count=f"{part.count:,}"
            ),
            "threshold": on_tune.threshold,
        }
        for key, part in on_tune.ood_accepted.items()
    ]
    title = text.TUNED.format(
        threshold=f"{on_tune.threshold:.2f}", share=percent(accepted.value), count=f"{accepted.count:,}"
    )
    return {"title": title, "panels": panels}
