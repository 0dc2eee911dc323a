"""Pictures by upload, drop, paste or camera, and the examples."""

from typing import TYPE_CHECKING

import streamlit as st

from app import cached
from app.format import plain
from app.pictures import Picture
from app.text import images as text
from opnp.data.decode import MAX_BYTES, display_name
from opnp.errors import OpnpError

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

MOST = 40
THUMBNAIL = 104
UPLOADS = "uploads"
_CAMERA = "camera"
_KEPT = "_kept_pictures"
_SHOWN = "_shown_pictures"
_TOUCHED = "_touched_uploads"


def upload_pictures(experiment_key: str) -> tuple[list[Picture], list[str]]:
    """Draw the uploader and the camera, and return their pictures.

    Args:
        experiment_key: Whose model looks at the pictures.

    Returns:
        The pictures that could be read, and a sentence for each that could not.
    """
    files = [*_uploader_files(), *_kept_files()]
    read, problems, readable = [], [], []
    if len(files) > MOST:
        problems.append(text.TOO_MANY.format(got=len(files), most=MOST))
    for file in files[:MOST]:
        if file.name.lower().endswith(".zip"):
            problems.append(text.ZIP_AMONG.format(name=display_name(file.name)))
            continue
        try:
            read.append(cached.upload(experiment_key, file))
            readable.append(file)
        except OpnpError as error:
            problems.append(str(error))
    st.session_state[_SHOWN] = [file for file in st.session_state[_SHOWN] if file in readable]
    return read, problems


def examples(experiment_key: str) -> list[Picture]:
    """Draw the examples and return those that are picked."""
    offered = cached.examples(experiment_key)
    if not offered:
        return []
    st.caption(text.EXAMPLES_LABEL)
    picked = []
    with st.container(horizontal=True, key="examples"):
        for example in offered:
            with st.container(width=THUMBNAIL):
                st.image(example.image, width=THUMBNAIL, alt=example.title)
                if st.checkbox(plain(example.title), key=f"example-{example.key}", persist_state="session"):
                    picked.append(cached.example(experiment_key, example.key))
    return picked


def _uploader_files() -> "list[UploadedFile]":
    """Return the uploader's files. Streamlit drops them when a page is left: those drawn are then kept."""
    state = st.session_state
    files = st.file_uploader(
        text.UPLOAD_LABEL,
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 10**6,
        key=UPLOADS,
        on_change=_touched,
    )
    touched = state.pop(_TOUCHED, False)
    if not files and not touched:
        _keep(state.get(_SHOWN, []))
    state[_SHOWN] = files
    return files


def _kept_files() -> "list[UploadedFile]":
    if st.toggle(text.CAMERA, key="camera-on", help=text.CAMERA_HELP):
        st.camera_input(text.CAMERA_LABEL, key=_CAMERA, on_change=_photographed)
    kept: list[UploadedFile] = st.session_state.get(_KEPT, [])
    if kept:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text.KEPT.format(count=len(kept)), width="content")
            st.button(text.FORGET, icon=":material/delete:", key="forget", on_click=_forget)
    return kept


def _touched() -> None:
    st.session_state[_TOUCHED] = True


def _photographed() -> None:
    photo = st.session_state[_CAMERA]
    if photo is not None:
        photo.name = text.PHOTO.format(number=len(st.session_state.get(_KEPT, [])) + 1)
        _keep([photo])


def _keep(files: "list[UploadedFile]") -> None:
    st.session_state[_KEPT] = [*files, *st.session_state.get(_KEPT, [])][:MOST]


def _forget() -> None:
    st.session_state[_KEPT] = []
