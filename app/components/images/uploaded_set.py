"""An uploaded OOD set: uploader, progress, contents, removal."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import cached
from app.components.drop import drop
from app.components.images.uploads import MOST, UPLOADS
from app.format import message, plain
from app.jobs.uploaded_set import UploadedSetJob, UploadedSetSlot
from app.text import images as text
from app.text.shell import NO_RESULT
from opnp.data.zip_reader import MAX_BUNDLE_BYTES, MOST_IMAGES
from opnp.inference.uploaded_set import UploadedSet

_PLACE = "own-set"
_SLOTS = "_desks"
_MOST_SLOTS = 2
"""Experiments for which a visitor may keep a set at the same time."""
_POLL_SECONDS = 0.2
_MEGABYTES = MAX_BUNDLE_BYTES // 10**6


@dataclass(frozen=True)
class DrawnSet:
    """A visitor's own set as it was drawn; it may be further when the page is done.

    Attributes:
        own: The set, if it is there.
        job: The set, if it is on its way.
        place: Of its progress.
    """

    own: UploadedSet | None
    job: UploadedSetJob | None
    place: DeltaGenerator


def own_set(experiment_key: str) -> DrawnSet:
    """Draw the uploader of a visitor's own set, its progress or its contents.

    Args:
        experiment_key: Whose model looks at it.

    Returns:
        The set as it was drawn.
    """
    slot = _slot(experiment_key)
    job = slot.job
    place = st.empty()
    if job is not None and not job.done.is_set():
        st.button(text.SET_STOP, icon=":material/stop_circle:", key="stop-own-set", on_click=slot.clear)
        drawn = DrawnSet(None, job, place)
    elif job is not None and job.own is not None:
        _contents(job.own, slot)
        drawn = DrawnSet(job.own, None, place)
    else:
        if job is not None:
            place.warning(message(job.reason or NO_RESULT), icon=":material/folder_off:")
        _uploader(slot)
        drawn = DrawnSet(None, None, place)
    drop(
        pictures=UPLOADS,
        own_set=_PLACE,
        most=MOST,
        images=MOST_IMAGES,
        size=MAX_BUNDLE_BYTES,
        is_open=drawn.own is None and drawn.job is None,
    )
    return drawn


def show_progress(job: UploadedSetJob, place: DeltaGenerator) -> None:
    """Show the progress of a set until it is done, then draw the page again."""
    bar = place.progress(job.share, job.stage)
    while not job.done.wait(_POLL_SECONDS):
        bar.progress(min(job.share, 1.0), job.stage)
    st.rerun()


def _slot(experiment_key: str) -> UploadedSetSlot:
    """Return the visit's slot, in its state: a cache of scope "session" dies with a lost connection."""
    slots: dict[str, UploadedSetSlot] = st.session_state.setdefault(_SLOTS, {})
    if experiment_key not in slots:
        while len(slots) >= _MOST_SLOTS:
            slots.pop(next(iter(slots))).clear()
        slots[experiment_key] = UploadedSetSlot(cached.ready(experiment_key).prepared.classifier)
    return slots[experiment_key]


def _uploader(slot: UploadedSetSlot) -> None:
    key = f"own-zip-{slot.number}"

    def read() -> None:
        file = st.session_state[key]
        if file is not None:
            slot.start_reading(file.name, file.getvalue())

    with st.container(key=_PLACE):
        st.file_uploader(
            text.SET_LABEL,
            type="zip",
            max_upload_size=_MEGABYTES,
            help=text.SET_HELP.format(images=f"{MOST_IMAGES:,}", size=_MEGABYTES),
            key=key,
            on_change=read,
        )


def _contents(own: UploadedSet, slot: UploadedSetSlot) -> None:
    with st.container(border=True):
        st.markdown(text.SET_READY.format(title=plain(own.title), count=f"{len(own.names):,}"))
        missing = own.files - len(own.names)
        if missing:
            label = text.SET_LEFT_OUT.format(count=f"{missing:,}", files=f"{own.files:,}")
            with st.expander(label, icon=":material/rule:"):
                lines = [
                    text.SET_REASON.format(count=f"{count:,}", reason=reason)
                    for reason, count in own.left_out.items()
                ]
                beyond = missing - sum(own.left_out.values())
                if beyond:
                    lines.append(text.SET_SPREAD.format(count=f"{beyond:,}", most=f"{MOST_IMAGES:,}"))
                st.markdown("\n".join(f"- {line}" for line in lines))
        st.button(text.SET_REMOVE, icon=":material/delete:", key="remove-own-set", on_click=slot.clear)
