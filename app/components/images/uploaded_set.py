"""An uploaded OOD set: uploader, progress, contents, removal."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import cached
from app.components.drop import drop
from app.components.images.uploads import MOST, UPLOADS
from app.format import message, plain
from app.jobs.uploaded_set import Desk, UploadedSetJob
from app.text import images as text
from app.text.shell import NO_RESULT
from opnp.data.zip_reader import MAX_BUNDLE_BYTES, MOST_IMAGES
from opnp.inference.uploaded_set import UploadedSet

_PLACE = "own-set"
_DESKS = "_desks"
_MOST_DESKS = 2
"""Experiments for which a visitor may keep a set at the same time."""
_POLL_SECONDS = 0.2
_MEGABYTES = MAX_BUNDLE_BYTES // 10**6


@dataclass(frozen=True)
class Drawn:
    """A visitor's own set as it was drawn; it may be further when the page is done.

    Attributes:
        own: The set, if it is there.
        looking: The set, if it is on its way.
        place: Of its progress.
    """

    own: UploadedSet | None
    looking: UploadedSetJob | None
    place: DeltaGenerator


def own_set(experiment_key: str) -> Drawn:
    """Draw the uploader of a visitor's own set, its progress or its contents.

    Args:
        experiment_key: Whose model looks at it.

    Returns:
        What was drawn.
    """
    desk = _desk(experiment_key)
    looking = desk.looking
    place = st.empty()
    if looking is not None and not looking.done.is_set():
        st.button(text.SET_STOP, icon=":material/stop_circle:", key="stop-own-set", on_click=desk.clear)
        drawn = Drawn(None, looking, place)
    elif looking is not None and looking.own is not None:
        _holds(looking.own, desk)
        drawn = Drawn(looking.own, None, place)
    else:
        if looking is not None:
            place.warning(message(looking.reason or NO_RESULT), icon=":material/folder_off:")
        _uploader(desk)
        drawn = Drawn(None, None, place)
    drop(
        pictures=UPLOADS,
        own_set=_PLACE,
        most=MOST,
        images=MOST_IMAGES,
        size=MAX_BUNDLE_BYTES,
        is_open=drawn.own is None and drawn.looking is None,
    )
    return drawn


def follow(looking: UploadedSetJob, place: DeltaGenerator) -> None:
    """Show the progress of a set until it is done, then draw the page again."""
    bar = place.progress(looking.share, looking.stage)
    while not looking.done.wait(_POLL_SECONDS):
        bar.progress(min(looking.share, 1.0), looking.stage)
    st.rerun()


def _desk(experiment_key: str) -> Desk:
    """Return the visit's slot, in its state: a cache of scope "session" dies with a lost connection."""
    desks: dict[str, Desk] = st.session_state.setdefault(_DESKS, {})
    if experiment_key not in desks:
        while len(desks) >= _MOST_DESKS:
            desks.pop(next(iter(desks))).clear()
        desks[experiment_key] = Desk(cached.ready(experiment_key).prepared.classifier)
    return desks[experiment_key]


def _uploader(desk: Desk) -> None:
    key = f"own-zip-{desk.turn}"

    def bring() -> None:
        file = st.session_state[key]
        if file is not None:
            desk.bring(file.name, file.getvalue())

    with st.container(key=_PLACE):
        st.file_uploader(
            text.SET_LABEL,
            type="zip",
            max_upload_size=_MEGABYTES,
            help=text.SET_HELP.format(images=f"{MOST_IMAGES:,}", size=_MEGABYTES),
            key=key,
            on_change=bring,
        )


def _holds(own: UploadedSet, desk: Desk) -> None:
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
        st.button(text.SET_REMOVE, icon=":material/delete:", key="remove-own-set", on_click=desk.clear)
