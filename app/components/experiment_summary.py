"""Summary of an experiment below its card, computed when a visitor opens it."""

import streamlit as st

from app import cached
from app.format import message, percent, plain
from app.text import experiments as text
from opnp.diagnostics.experiment_summary import ExperimentSummary, SetSummary
from opnp.experiments.experiment import Experiment
from opnp.models import numbered

FEW = 12
"""Names that are listed; of more, their number is."""


def summary_expander(experiment: Experiment) -> None:
    """Draw an expander that summarizes the experiment once it is open.

    Args:
        experiment: One whose model and ID sets are here.
    """
    key = f"understood-{experiment.key}"
    with st.expander(text.UNDERSTOOD, icon=":material/fact_check:", key=key, on_change="rerun") as opened:
        if not opened.open:
            return
        with st.spinner(text.LOOKING):
            summary = cached.experiment_summary(experiment)
        if summary.problem is not None:
            st.error(message(summary.problem), icon=":material/error:")
        for warning in summary.warnings:
            st.warning(message(warning), icon=":material/warning:")
        if summary.width is not None:
            st.markdown(_model(summary, summary.width))
        st.markdown("\n".join(_line(each, len(summary.classes)) for each in summary.sets))
        for words in summary.notes:
            st.caption(message(words))


def _model(summary: ExperimentSummary, width: int) -> str:
    accuracy = text.NO_ACCURACY if summary.accuracy is None else percent(summary.accuracy)
    head = text.HEAD.format(width=f"{width:,}", classes=f"{len(summary.classes):,}", accuracy=accuracy)
    named = summary.classes != numbered(len(summary.classes))
    return f"{head}  \n{plain(_few(summary.classes))}" if named else head


def _line(summary: SetSummary, classes: int) -> str:
    """Describe a set: how many images, what of it is not used, and its classes with the model's names."""
    title = f"- **{plain(summary.title)}**: "
    if summary.problem is not None:
        return title + message(summary.problem)
    words = [text.IMAGES.format(count=f"{summary.images or 0:,}")]
    words += [text.SKIPPED.format(count=f"{summary.skipped:,}")] if summary.skipped else []
    words += [text.LEFT_OUT.format(files=summary.left_out)] if summary.left_out else []
    filled = sum(count > 0 for _, _, count in summary.classes)
    words += [text.FILLED.format(filled=f"{filled:,}", classes=f"{classes:,}")] if filled else []
    pairs = [
        f"{own} ({count:,})" if own == name else f"{own} = {name} ({count:,})"
        for own, name, count in summary.classes
    ]
    return title + plain(", ".join(words)) + (f"  \n  :small[{plain(_few(pairs))}]" if pairs else "")


def _few(words: list[str] | tuple[str, ...]) -> str:
    more = text.IN_ALL.format(count=f"{len(words):,}") if len(words) > FEW else ""
    return ", ".join(words[:FEW]) + more
