"""The figures of each OOD set and their macro average, before and after, and their download."""

import streamlit as st

from app.frames import SET, Halves, essentials, frame_csv, set_frame
from app.pinned import pair
from app.state import Settings
from app.text import explore as text
from opnp.explorer import Explorer


def per_set_table(explorer: Explorer, settings: Settings, before: Halves, after: Halves) -> None:
    """Draw the table.

    Args:
        explorer: For the sets' titles.
        settings: For the chosen sets.
        before: Figures of what the present settings are compared with.
        after: Figures of the present settings; without the held-out half while they come from a sample.
    """
    compared = pair()
    frame, shown = set_frame(explorer, settings.ood, compared, before, after), essentials(compared)
    st.caption(text.TABLE_HELP)
    st.dataframe(
        frame[list(shown)],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(short, format="%.1f %%", width=80)
            for name, short in shown.items()
            if name != SET
        },
        alt=text.TABLE_ALT.format(before=compared.before, after=compared.after),
    )


def more_figures(explorer: Explorer, settings: Settings, before: Halves, after: Halves) -> None:
    """Draw the rest of the figures and their download; arguments as above."""
    compared = pair()
    frame = set_frame(explorer, settings.ood, compared, before, after)
    more = [SET, *(name for name in frame.columns if name not in essentials(compared))]
    st.dataframe(
        frame[more],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%d" if name == "images" else "%.1f %%")
            for name in more[1:]
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
