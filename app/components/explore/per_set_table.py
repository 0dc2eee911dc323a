"""Metrics of each OOD set and their macro average, before and after pruning."""

from html import escape

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
    rates = {key: old.sets[key].fpr95 for key in settings.ood}
    sets = [
        _row(key, titles[key], rates[key], new.sets[key].fpr95, held.sets[key].fpr95 if held else None)
        for key in settings.ood
    ]
    average = _row("", text.AVERAGE, old.fpr95, new.fpr95, held.fpr95 if held else None)
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


def _row(key: str, title: str, before: float, after: float, held_out: float | None) -> str:
    way = (
        f'<i style="left:{100 * min(before, after):.1f}%;width:{100 * abs(after - before):.1f}%"></i>'
        f'<b class="before" style="left:{100 * before:.1f}%"></b>'
        f'<b class="after" style="left:{100 * after:.1f}%"></b>'
    )
    held = "–" if held_out is None else percent(held_out)
    figures = "".join(f"<td>{value}</td>" for value in (percent(before), percent(after), held))
    return (
        f'<tr data-set="{escape(key, quote=True)}"><th scope="row">{escape(title)}</th>'
        f'<td class="way" aria-hidden="true"><div>{way}</div></td>{figures}</tr>'
    )
