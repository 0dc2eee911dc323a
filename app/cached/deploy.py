"""The unpruned model's plan, and detectors that were uploaded."""

from typing import TYPE_CHECKING

import streamlit as st

from app.cached.prepared import ready, unpruned

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from opnp.detector import Detector
    from opnp.threshold.plan import Plan
    from opnp.threshold.rules import Rule


@st.cache_resource(max_entries=64, show_spinner=False)
def unpruned_plan(
    key: str, ood: tuple[str, ...], rule: "Rule", ood_share: float, *, by_confidence: bool
) -> "Plan":
    """What the unpruned model would do at the threshold of a rule."""
    from opnp.threshold.plan import plan

    explorer, snapshot = ready(key), unpruned(key)
    return plan(explorer, snapshot, ood, rule, ood_share=ood_share, by_confidence=by_confidence)


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    scope="session",
    hash_funcs={"streamlit.runtime.uploaded_file_manager.UploadedFile": lambda file: file.file_id},
)
def detector(file: "UploadedFile") -> "Detector":
    """An uploaded detector, checked; kept for its visitor only.

    Raises:
        OpnpError: If it is none, or its model is not here; the message says why.
    """
    from opnp.detector import Detector

    return Detector.from_bytes(file.getvalue())
