"""Metrics of each OOD set and their macro average, before and after pruning."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from app.components.columns import named
from app.components.live_html import live_html
from app.format import percent, tenth
from app.metric_frame import SET, Halves, frame_csv, set_frame
from app.preview.position import Position
from app.state.baseline import pair
from app.state.history import Settings
from app.text import explore as text
from opnp.evaluation.splits import Half
from opnp.experiments.experiment import groups_of
from opnp.explorer import Explorer


def per_set_table(
    explorer: Explorer, settings: Settings, before: Halves, after: Halves, position: Position
) -> None:
    """Draw FPR95 of each set, and how far it moved.

    It is a table of the page itself, which follows a thumb, and which screen readers see into.

    Args:
        explorer: For the sets' titles.
        settings: For the chosen sets.
        before: Figures of what the present settings are compared with.
        after: Figures of the present settings; without the held-out half while they come from a sample.
        position: Where the figures belong.
    """
    compared = pair()
    names = (compared.before, compared.after)
    titles = explorer.prepared.experiment.titles
    old, new, held = before[Half.TUNE], after[Half.TUNE], after.get(Half.REPORT)
    rates = {key: metrics.fpr95 for key, metrics in old.sets.items()}
    figures = (old.sets, new.sets, held.sets if held else {})

    def averaged(keys: Sequence[str]) -> list[float | None]:
        parts = [[sets[key].fpr95 for key in keys if key in sets] for sets in figures]
        return [float(np.mean(part)) if part else None for part in parts]

    sets = [_row(titles[key], [key], averaged([key])) for key in settings.ood]
    sets += [
        _row(text.GROUP.format(group=group), keys, averaged(keys))
        for group, keys in groups_of(explorer.prepared.experiment.ood, settings.ood).items()
    ]
    average = _row(text.AVERAGE, [], [old.fpr95, new.fpr95, held.fpr95 if held else None])
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in (*names, text.HELD_OUT_SHORT))
    html = (
        f'<table class="sets"><caption>{escape(text.TABLE_HELP)}</caption>'
        f'<thead><tr><th scope="col">{SET}</th><th class="way">{_SCALE}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(sets)}{average}</tbody></table>"
    )
    live_html(html, position, key="sets", writer="sets", data={"before": {"sets": rates, "fpr95": old.fpr95}})


def more_figures(explorer: Explorer, settings: Settings, before: Halves, after: Halves) -> None:
    """Draw all metrics of each set and their download; arguments as above."""
    compared = pair()
    frame = set_frame(explorer, settings.ood, compared, before, after)
    st.dataframe(
        frame.apply(lambda column: column if column.name in (SET, "images") else column.map(tenth)),
        hide_index=True,
        column_config={SET: named(map(str, frame[SET]))}
        | {
            name: st.column_config.NumberColumn(format="%d" if name == "images" else "%.1f %%")
            for name in frame.columns
            if name != SET
        },
    )
    st.caption(text.MORE_HELP)
    st.download_button(
        "Download as CSV",
        frame_csv(explorer, compared, settings.pruning, frame),
        "opnp-metrics.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


_SCALE = "<span>0</span><span>100 %</span>"


def _row(title: str, keys: Sequence[str], rates: Sequence[float | None]) -> str:
    """Write a row of the sets with those keys, all where none is named: FPR95 before, after and held out."""
    before, after, _ = rates
    way = ""
    if before is not None and after is not None:
        way = (
            f'<i style="left:{100 * min(before, after):.1f}%;width:{100 * abs(after - before):.1f}%"></i>'
            f'<b class="before" style="left:{100 * before:.1f}%"></b>'
            f'<b class="after" style="left:{100 * after:.1f}%"></b>'
        )
    figures = "".join(f"<td>{'–' if rate is None else percent(rate)}</td>" for rate in rates)
    return (
        f'<tr data-sets="{escape(" ".join(keys), quote=True)}"><th scope="row">{escape(title)}</th>'
        f'<td class="way" aria-hidden="true"><div>{way}</div></td>{figures}</tr>'
    )
