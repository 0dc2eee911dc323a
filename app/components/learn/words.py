"""The terms of the story, where they first appear and all together."""

from collections.abc import Iterable

import streamlit as st

from app import text


def explain_terms(terms: Iterable[str]) -> None:
    """Offer the meaning of words that a step uses for the first time."""
    with st.container(key="words", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(text.learn.WORDS, width="content")
        for term in terms:
            with st.popover(term, type="tertiary", key=f"word-{term}"):
                st.markdown(f"**{term}**: {text.glossary.TERMS[term]}")


def draw_glossary() -> None:
    """Draw the whole glossary, folded."""
    with st.expander(text.learn.GLOSSARY, icon=":material/menu_book:"):
        st.markdown("\n".join(f"- **{term}**: {meaning}" for term, meaning in text.glossary.TERMS.items()))
