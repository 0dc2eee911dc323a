"""Cache decoded uploads, examples and images of an experiment with their features."""

import logging
from typing import TYPE_CHECKING

import streamlit as st

from app.cached.prepared import ready
from app.text import images as text
from opnp.errors import OpnpError, UnreadableImageError

if TYPE_CHECKING:
    from PIL.Image import Image
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from app.pictures import Picture
    from opnp.experiments.experiment import ExampleImage

log = logging.getLogger("opnp.app")


@st.cache_resource(max_entries=4, show_spinner=False)
def examples(key: str) -> "tuple[ExampleImage, ...]":
    """Return the experiment's example images."""
    from opnp.experiments.registry import load_experiment

    return tuple(load_experiment(key).examples())


@st.cache_resource(
    max_entries=64,
    show_spinner=False,
    scope="session",
    hash_funcs={"streamlit.runtime.uploaded_file_manager.UploadedFile": lambda file: file.file_id},
)
def upload(key: str, file: "UploadedFile") -> "Picture":
    """Decode an uploaded file and extract its features; kept for its visitor only.

    Raises:
        UnreadableImageError: If it is no picture that can be shown, or the model fails on it; the message
            says why.
    """
    from app.pictures import picture
    from opnp.data.decode import read_image

    read = read_image(file.getvalue(), name=file.name)
    try:
        return picture(ready(key).prepared.classifier, read.name, read.image, read.note)
    except RuntimeError:
        log.exception("The model failed on an upload")
        raise UnreadableImageError(text.NOT_RUN.format(name=read.name)) from None


@st.cache_resource(max_entries=64, show_spinner=False)
def example(key: str, example_key: str) -> "Picture":
    """Return one of the examples with its features."""
    from app.pictures import picture

    chosen = next(example for example in examples(key) if example.key == example_key)
    return picture(ready(key).prepared.classifier, chosen.title, chosen.image)


@st.cache_resource(max_entries=512, show_spinner=False)
def image(key: str, set_key: str, row: int) -> "Image | None":
    """Return the small image behind a row of an experiment's features; None where it cannot be read now."""
    from app.pictures import LARGEST
    from opnp.threshold.closest import image_of_row

    prepared = ready(key).prepared
    images = next(images for images in prepared.experiment.sets if images.key == set_key)
    skipped = [skip.index for skip in prepared.skipped.get(set_key, ())]
    try:
        opened, _ = images.open()[image_of_row(row, skipped)]
    except (OpnpError, OSError):
        return None
    small = opened.convert("L" if opened.mode in ("1", "L") else "RGB")
    small.thumbnail((LARGEST, LARGEST))
    return small
