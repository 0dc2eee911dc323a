"""The figures of each OOD set and their macro average, before and after, and their download."""

import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app.state import Settings
from app.text import explore as text
from opnp.evaluation import Evaluation, Half
from opnp.explorer import Explorer

ESSENTIALS = {
    "OOD set": "OOD set",
    "FPR95 unpruned": "unpruned",
    "FPR95 pruned": "pruned",
    "FPR95 held out": "held out",
}
Halves = Mapping[Half, Evaluation]


def per_set_table(explorer: Explorer, settings: Settings, before: Halves, after: Halves) -> None:
    """Draw the table.

    Args:
        explorer: For the sets' titles.
        settings: For the chosen sets and what the download says of them.
        before: Figures of the unpruned model.
        after: Figures of the pruned model; without the held-out half while they come from a sample.
    """
    frame = _frame(explorer, settings, before, after)
    st.caption(text.TABLE_HELP)
    st.dataframe(
        frame[list(ESSENTIALS)],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(short, format="%.1f %%", width=80)
            for name, short in ESSENTIALS.items()
            if name != "OOD set"
        },
        alt="FPR95 of each OOD set: unpruned, pruned, and pruned on the held-out half",
    )


def more_figures(explorer: Explorer, settings: Settings, before: Halves, after: Halves) -> None:
    """Draw the rest of the figures, folded, and their download; arguments as above."""
    frame = _frame(explorer, settings, before, after)
    with st.expander("More figures, and download"):
        more = ["OOD set", *(name for name in frame.columns if name not in ESSENTIALS)]
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
            _csv(explorer, settings, frame),
            "opnp-metrics.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _frame(explorer: Explorer, settings: Settings, before: Halves, after: Halves) -> pd.DataFrame:
    titles = {images.key: images.title for images in explorer.prepared.experiment.ood}
    frame = pd.DataFrame([_row(titles[key], key, before, after) for key in settings.ood])
    average = frame.drop(columns="OOD set").mean().to_dict()
    average |= {"OOD set": text.AVERAGE, "images": frame["images"].sum()}
    return pd.concat([frame, pd.DataFrame([average])], ignore_index=True)


def _row(title: str, key: str, before: Halves, after: Halves) -> dict[str, str | float | int]:
    old, new = before[Half.TUNE].sets[key], after[Half.TUNE].sets[key]
    held_out = after[Half.REPORT].sets[key] if Half.REPORT in after else None
    return {
        "OOD set": title,
        "FPR95 unpruned": 100 * old.fpr95,
        "FPR95 pruned": 100 * new.fpr95,
        "FPR95 held out": 100 * held_out.fpr95 if held_out else math.nan,
        "AUROC unpruned": 100 * old.auroc,
        "AUROC pruned": 100 * new.auroc,
        "AUROC held out": 100 * held_out.auroc if held_out else math.nan,
        "AUPR, ID positive": 100 * new.aupr_id,
        "AUPR, OOD positive": 100 * new.aupr_ood,
        "FPR95, OOD positive": 100 * new.fpr95_ood_positive,
        "images": new.count,
    }


def _csv(explorer: Explorer, settings: Settings, frame: pd.DataFrame) -> str:
    pruning = settings.pruning
    head = (
        f"# experiment: {explorer.prepared.experiment.title}\n"
        "# score: -energy = logsumexp(logits); higher = more in-distribution; ID is the positive class\n"
        f"# kept by rank: weights {pruning.weights[0]:g}-{pruning.weights[1]:g} % ({pruning.scope}), "
        f"neurons {pruning.neurons[0]:g}-{pruning.neurons[1]:g} % ({pruning.neuron_definition})\n"
        "# all values in percent; FPR95 lower is better, AUROC and AUPR higher is better\n"
    )
    return head + frame.to_csv(index=False, float_format="%.4f")
