"""A visitor's own detector and its scores."""

import pandas as pd
import streamlit as st

from app import cached
from app.components.kept_file import kept_file
from app.components.monitor.drawn import all_charts
from app.format import message
from app.text import monitor as text
from opnp.errors import OpnpError
from opnp.monitor.looks import Sign
from opnp.monitor.page import report_page
from opnp.monitor.telling import LIMITS, NAMES, PROMISE, detail, verdict

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
    (st.error if seen.alarms else st.success)(message(verdict(seen)))
    rows = [
        {
            "": NAMES[sign],
            "state": f"alarm at image {seen.alarms[sign].image:,}" if sign in seen.alarms else "quiet",
            "what is seen": detail(seen, sign),
        }
        for sign in Sign
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="The three signs")
    st.caption(f"{PROMISE} {LIMITS}")
    all_charts(seen, "own")
    page = report_page(seen, title=watched.title, source=watched.source, thumbnails={})
    st.download_button(text.REPORT, page, "monitor.html", "text/html", icon=":material/download:")
