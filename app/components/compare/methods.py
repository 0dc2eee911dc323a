"""What each method does, in a sentence, with its paper."""

import pandas as pd
import streamlit as st

from app.text import compare as text
from opnp.methods import METHODS


def methods() -> None:
    """Draw the list."""
    with st.expander(text.METHODS):
        frame = pd.DataFrame(
            [
                {
                    "method": method.title,
                    "what it does": method.says,
                    "needs": "; ".join(sorted(method.needs)) or "the last layer only",
                    "paper": method.paper.link,
                    "where": f"{method.paper.authors}, {method.paper.venue}",
                }
                for method in METHODS.values()
            ]
        )
        st.dataframe(
            frame,
            hide_index=True,
            column_config={"paper": st.column_config.LinkColumn(display_text="read it")},
            alt="Every method with what it does, what it needs and its paper",
        )
