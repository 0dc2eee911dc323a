"""A detector opened again: its settings, and its metrics beside fresh ones."""

import math

import pandas as pd
import streamlit as st

from app import cached
from app.components.columns import named
from app.components.deploy.show_rule import show_rule
from app.format import message, percent, with_interval
from app.state import session
from app.text import deploy as text
from opnp.detector import Detector
from opnp.detector.restore import AURC, Measured, MetricComparison, RestoredSettings
from opnp.errors import OpnpError
from opnp.evaluation.splits import Half, sets_in
from opnp.explorer import Explorer
from opnp.reports.percent import ends


def reopened(explorer: Explorer) -> None:
    """Draw the uploader of detectors and, once there is a file, its settings and metrics.

    Args:
        explorer: The prepared experiment that the page shows.
    """
    with st.expander(text.REOPEN, icon=":material/folder_open:"):
        file = st.file_uploader(text.REOPEN_LABEL, key="detector")
        if file is None:
            return
        try:
            detector = cached.detector(file)
            restored = cached.reopened(file, explorer.prepared.experiment.key)
        except OpnpError as error:
            st.warning(message(str(error)), icon=":material/broken_image:")
            return
        note = text.SAME_FIGURES if all(figure.same for figure in restored.figures) else text.OTHER_FIGURES
        settings = text.REOPENED.format(thresholds=_thresholds(detector), share=percent(restored.ood_share))
        st.caption(f"{settings} {note}")
        _table(restored, explorer.prepared.experiment.titles)
        st.button(
            text.RESTORE,
            icon=":material/settings_backup_restore:",
            on_click=_restore,
            args=(explorer, restored),
            key="restore",
        )


def _thresholds(detector: Detector) -> str:
    own = detector.class_thresholds
    if own is None:
        return text.REOPENED_ONE.format(threshold=f"{detector.threshold:.3f}")
    return text.REOPENED_OWN.format(low=f"{min(own):.3f}", high=f"{max(own):.3f}")


def _table(restored: RestoredSettings, titles: dict[str, str]) -> None:
    rows = [
        {
            "": text.LET_THROUGH.format(title=titles[figure.name]) if figure.name in titles else figure.name,
            "in the file": _words(figure, figure.filed),
            "now": _words(figure, figure.fresh),
        }
        for figure in restored.figures
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={"": named(titles.values())},
        alt="The detector's own figures beside fresh ones",
    )


def _words(figure: MetricComparison, measured: Measured) -> str:
    if math.isnan(measured.value):
        return "none"
    if figure.name == AURC:
        return f"{measured.value:.3f} ({ends(measured.interval, digits=3)})"
    return with_interval(measured.value, measured.interval)


def _restore(explorer: Explorer, restored: RestoredSettings) -> None:
    session.choose(restored.pruning, tuple(restored.ood))
    tuned = tuple(sets_in(restored.ood, Half.TUNE, explorer.prepared.roles))
    show_rule(restored.rule, tuned, restored.ood_share, by_class=restored.by_class)
