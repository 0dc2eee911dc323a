"""Each OOD set under the window chosen without it."""

import pandas as pd
import streamlit as st

from app import cached
from app.components.columns import named
from app.format import interval, tenth
from app.state.history import Settings
from app.text import landscape as text
from opnp.config import windows_text
from opnp.explorer import Explorer


def left_out(explorer: Explorer, settings: Settings, loss: float) -> None:
    """Draw a table of each OOD set under the window chosen without it.

    Args:
        explorer: For the sets' titles.
        settings: For the chosen OOD sets.
        loss: ID accuracy that a window may cost, a fraction.
    """
    st.markdown(f"##### {text.LEFT_OUT_TITLE}")
    st.caption(text.LEFT_OUT_HELP)
    with st.spinner(text.SWEEPING):
        results = cached.left_out(explorer.prepared.experiment.key, settings.ood, loss)
    if not results:
        st.info(text.LEFT_OUT_ONE, icon=":material/checklist:")
        return
    titles = explorer.prepared.experiment.titles
    frame = pd.DataFrame(
        [
            {
                "left out": titles[result.key],
                "FPR95 unpruned": tenth(100 * result.unpruned.fpr95),
                "FPR95 pruned": tenth(100 * result.report.fpr95),
                "95 % interval": interval(result.report.fpr95_interval),
                "window chosen on the other sets": windows_text(result.trial.pruning),
            }
            for result in results
        ]
    )
    number = st.column_config.NumberColumn(format="%.1f %%")
    st.dataframe(
        frame,
        hide_index=True,
        column_config={"left out": named(titles.values()), "FPR95 unpruned": number, "FPR95 pruned": number},
        alt="FPR95 of each OOD set under the window chosen without it",
    )
