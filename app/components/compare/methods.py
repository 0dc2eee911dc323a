"""List of the methods, a sentence and a paper each."""

import streamlit as st

from app.text import compare as text
from opnp.methods import METHODS


def methods() -> None:
    """Draw the list of methods."""
    with st.expander(text.METHODS):
        st.markdown(
            "\n".join(
                f"- **{method.title}**: {method.says} [{method.paper.authors}, {method.paper.venue}]"
                f"({method.paper.link})" + "".join(f"; needs {need}" for need in sorted(method.needs))
                for method in METHODS.values()
            )
        )
