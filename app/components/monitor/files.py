"""A visitor's own detector and its scores."""

import pandas as pd
import streamlit as st

from app import cached
from app.components.kept_file import kept_file
from app.components.monitor.drawn import all_charts
from app.format import message, plain
from app.text import monitor as text
from opnp.errors import OpnpError
from opnp.monitor.looks import Sign
from opnp.monitor.page import report_page
from opnp.monitor.telling import NAMES, PROMISE, counts, detail, state, verdict
from opnp.monitor.traffic import Monitored
from opnp.reports.percent import stranger_than

MOST_MB = 50
KINDS = ["csv", "jsonl", "json", "parquet"]


def own_files() -> None:
    """Draw the two uploaders and, once both have a file, what the monitor sees."""
    st.subheader(text.FILES)
    left, right = st.columns(2, gap="medium")
    with left:
        detector = kept_file(text.DETECTOR, "zip", "monitor-detector", most_mb=MOST_MB)
    with right:
        scores = kept_file(text.SCORES, KINDS, "monitor-scores-file", most_mb=MOST_MB)
    if detector is None or scores is None:
        st.info(text.EMPTY, icon=":material/upload_file:")
        return
    try:
        watched, seen = cached.monitored(detector, scores)
    except OpnpError as error:
        st.warning(message(str(error)), icon=":material/broken_image:")
        return
    tone = st.error if seen.alarms else st.success if seen.any_tested else st.info
    tone(message(verdict(seen)))
    st.markdown(plain(counts(seen, watched.source)))
    st.markdown(
        "\n".join(f"- **{NAMES[sign]}**: {state(seen, sign)}; {plain(detail(seen, sign))}" for sign in Sign)
    )
    st.caption(PROMISE)
    all_charts(seen, "own")
    _least_familiar(seen)
    page = report_page(seen, title=watched.title, source=watched.source, thumbnails={})
    st.download_button(text.REPORT, page, "monitor.html", "text/html", icon=":material/download:")


def _least_familiar(seen: Monitored) -> None:
    st.markdown(text.LEAST)
    rows = [
        {
            text.FILE: image.file,
            text.CLASS: image.class_name,
            text.SCORE: image.score,
            text.STRANGER: f"{stranger_than(image.p_value)} %",
            text.IMAGE: image.image,
        }
        for image in seen.strangest
    ]
    columns = {text.SCORE: st.column_config.NumberColumn(format="%.2f")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, alt=text.LEAST_ALT)
