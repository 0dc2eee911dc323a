"""Cache the scores of the comparison's rows for an experiment."""

from typing import TYPE_CHECKING

import streamlit as st

from app.cached.prepared import ready

if TYPE_CHECKING:
    from app.jobs.comparison import ComparisonRun


def comparison(key: str) -> "ComparisonRun":
    """Return the one run that computes and keeps an experiment's rows, as long as the experiment is."""
    prepared = ready(key).prepared
    run = _comparison(key)
    if run.prepared is not prepared:
        _comparison.clear(key)
        run = _comparison(key)
    return run


@st.cache_resource(max_entries=4, show_spinner=False)
def _comparison(key: str) -> "ComparisonRun":
    from app.jobs.comparison import ComparisonRun

    return ComparisonRun(ready(key).prepared)
