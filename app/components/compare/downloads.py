"""Downloads of the table as CSV, JSON, Markdown and LaTeX."""

from collections.abc import Sequence

import streamlit as st

from app.text import compare as text
from opnp.comparison.export import comparison_csv, comparison_json
from opnp.comparison.reports import comparison_latex, comparison_markdown
from opnp.comparison.table import Row
from opnp.explorer import Explorer
from opnp.reports.provenance import provenance, provenance_lines


def downloads(
    explorer: Explorer, rows: Sequence[Row], ood: Sequence[str], key: str | None, fitted_to: int
) -> None:
    """Offer CSV and JSON of everything, Markdown and LaTeX of the table that is shown.

    Args:
        explorer: The experiment.
        rows: What the files hold.
        ood: Keys of the OOD sets.
        key: Of the OOD set that the table shows, or None for the average.
        fitted_to: Training images that methods fit to.
    """
    prepared = explorer.prepared
    titles = prepared.experiment.titles
    what = text.AVERAGE if key is None else titles[key]
    title = f"{prepared.experiment.title}: {what}"

    def made_from() -> dict[str, object]:
        return {**provenance(explorer, prepared.classifier.weight.device), "fitted_to": fitted_to}

    def notes() -> list[str]:
        return provenance_lines(made_from())

    files = {
        "CSV": ("csv", "text/csv", lambda: comparison_csv(rows)),
        "JSON": ("json", "application/json", lambda: comparison_json(rows, made_from(), ood)),
        "Markdown": ("md", "text/markdown", lambda: comparison_markdown(rows, title, notes(), key)),
        "LaTeX": ("tex", "text/x-tex", lambda: comparison_latex(rows, title, notes(), key)),
    }
    with st.container(horizontal=True, gap="xsmall", key="downloads"):
        for name, (ending, mime, make) in files.items():
            st.download_button(
                name,
                make,
                f"opnp-comparison.{ending}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download-{ending}",
                help=f"{text.DOWNLOAD} {name}",
            )
