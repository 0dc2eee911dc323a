"""Say which OOD sets have to be chosen where those that are cannot be tuned or reported on."""

from collections.abc import Sequence

import streamlit as st

from app.format import message
from app.text import controls as text
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import Half, require_sets_in
from opnp.explorer import Explorer


def lacks_sets(explorer: Explorer, ood: Sequence[str]) -> bool:
    """Draw what is lacking in a choice of OOD sets, if anything is.

    Args:
        explorer: The prepared experiment, for what its sets are for.
        ood: Keys of the chosen sets.

    Returns:
        Whether nothing else can be drawn.
    """
    words = lacking(explorer, ood)
    if words:
        st.info(words, icon=":material/checklist:")
    return bool(words)


def lacking(explorer: Explorer, ood: Sequence[str]) -> str:
    """Return a sentence on what a choice of OOD sets lacks; nothing where all figures can be computed."""
    if not ood:
        return text.OOD_EMPTY
    try:
        for half in Half:
            require_sets_in(ood, half, explorer.prepared.roles)
    except InvalidDataError as error:
        return f"{message(str(error))} {text.OOD_WHERE}"
    return ""
