"""Cache simulated traffic, and uploaded scores."""

from typing import TYPE_CHECKING

import streamlit as st

from app.cached.prepared import ready

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from app.components.monitor.traffic import Simulated
    from opnp.detector.baseline import WatchedDetector
    from opnp.explorer import Snapshot
    from opnp.monitor.traffic import Monitored


@st.cache_resource(
    max_entries=24,
    show_spinner=False,
    hash_funcs={"opnp.explorer.Snapshot": lambda snapshot: snapshot.pruning},
)
def simulated(key: str, snapshot: "Snapshot", ood: str, share: float) -> "Simulated":
    """Return traffic of an experiment with a share of one of its OOD sets.

    Args:
        key: Of the experiment.
        snapshot: What its model says at a position; told from others by its windows.
        ood: Key of the OOD set.
        share: Of it in the traffic, a fraction.
    """
    from app.components.monitor.traffic import simulate

    return simulate(ready(key), snapshot, ood, share)


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    scope="session",
    hash_funcs={"streamlit.runtime.uploaded_file_manager.UploadedFile": lambda file: file.file_id},
)
def monitored(detector: "UploadedFile", scores: "UploadedFile") -> "tuple[WatchedDetector, Monitored]":
    """Watch uploaded scores with an uploaded detector, kept for their visitor only.

    Raises:
        OpnpError: If one is none, or they do not fit; the message says why.
    """
    from io import BytesIO

    from opnp.data.decode import display_name
    from opnp.detector.baseline import watched_from_bytes
    from opnp.monitor.scored import read_scored
    from opnp.monitor.traffic import watched_stream

    watched = watched_from_bytes(detector.getvalue())
    batches = read_scored(BytesIO(scores.getvalue()), name=display_name(scores.name))
    return watched, watched_stream(batches, watched.baseline)
