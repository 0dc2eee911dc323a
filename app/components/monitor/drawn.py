"""The monitor's charts in the page's colours."""

import streamlit as st

from app.text import monitor as text
from opnp.monitor.charts import class_chart, course_chart, score_chart
from opnp.monitor.page import picture
from opnp.monitor.telling import LIMITS
from opnp.monitor.traffic import Monitored


def course(seen: Monitored, name: str) -> None:
    """Draw the share rejected over time; the name is the stream's on the page."""
    _draw(course_chart(seen), f"{name}-course")


def all_charts(seen: Monitored, name: str) -> None:
    """Draw all three."""
    st.markdown(f"{text.COURSE} {LIMITS}")
    course(seen, name)
    st.markdown(text.SCORES_CHART)
    _draw(score_chart(seen), f"{name}-scores")
    st.markdown(text.CLASSES_CHART)
    _draw(class_chart(seen), f"{name}-classes")


def _draw(drawing: str, key: str) -> None:
    """Draw a chart as a picture, for Streamlit takes SVG out of HTML."""
    label = drawing.split('aria-label="', 1)[1].split('"', 1)[0]
    source = picture(drawing, dark=st.context.theme.type == "dark")
    with st.container(key=key):
        st.html(
            f'<div style="overflow-x: auto"><img alt="{label}" src="{source}" '
            'style="width: 100%; min-width: 36rem; max-width: 60rem"></div>'
        )
