"""Cache the samples that a threshold is chosen and judged on, and uploaded detectors."""

from typing import TYPE_CHECKING

import streamlit as st

from app.cached.prepared import ready

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from opnp.detector import Detector
    from opnp.detector.restore import RestoredSettings
    from opnp.explorer import Snapshot
    from opnp.threshold.plan import Basis


@st.cache_resource(
    max_entries=24,
    show_spinner=False,
    hash_funcs={"opnp.explorer.Snapshot": lambda snapshot: snapshot.pruning},
)
def basis(
    key: str, snapshot: "Snapshot", ood: tuple[str, ...], ood_share: float, *, by_confidence: bool
) -> "Basis":
    """Return both halves of a position's scores and their risk–coverage curve, for any rule.

    Args:
        key: Of the experiment.
        snapshot: What its model says at that position; told from others by its windows.
        ood: Keys of the OOD sets.
        ood_share: Share of OOD in the traffic.
        by_confidence: MSP instead of the energy.
    """
    from opnp.threshold import plan

    return plan.basis(ready(key), snapshot, ood, ood_share=ood_share, by_confidence=by_confidence)


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    scope="session",
    hash_funcs={"streamlit.runtime.uploaded_file_manager.UploadedFile": lambda file: file.file_id},
)
def detector(file: "UploadedFile") -> "Detector":
    """Open and check an uploaded detector, kept for its visitor only.

    Raises:
        OpnpError: If it is none, or its model is not here; the message says why.
    """
    from opnp.detector import Detector

    return Detector.from_bytes(file.getvalue())


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    scope="session",
    hash_funcs={"streamlit.runtime.uploaded_file_manager.UploadedFile": lambda file: file.file_id},
)
def reopened(file: "UploadedFile", key: str) -> "RestoredSettings":
    """Return an uploaded detector's settings, and its metrics beside those on an experiment's features.

    Raises:
        OpnpError: If it is none, or does not fit the experiment; the message says why.
    """
    from opnp.detector.restore import restore_settings

    return restore_settings(detector(file), ready(key))
