"""Pictures from a visitor or from the examples, decoded safely and run through the model once."""

import hashlib

import streamlit as st

from app import cached, text
from app.picture import Picture
from opnp.errors import OpnpError
from opnp.images import read_image

MOST = 40
THUMBNAIL = 104


def pictures(experiment_key: str) -> tuple[list[Picture], list[str]]:
    """Draw the uploader and the examples.

    Args:
        experiment_key: Whose examples to offer.

    Returns:
        The pictures that could be read, and a sentence for each that could not.
    """
    files = st.file_uploader(text.UPLOAD_LABEL, accept_multiple_files=True, key="uploads")
    chosen = _examples(experiment_key)
    problems = []
    if len(files) > MOST:
        problems.append(text.TOO_MANY.format(got=len(files), most=MOST))
    read = []
    for file in files[:MOST]:
        data = file.getvalue()
        try:
            uploaded = read_image(data, name=file.name)
        except OpnpError as error:
            problems.append(str(error))
            continue
        read.append(Picture(uploaded.name, uploaded.image, uploaded.note, hashlib.sha256(data).hexdigest()))
    return [*read, *chosen], problems


def _examples(experiment_key: str) -> list[Picture]:
    st.caption(text.EXAMPLES_LABEL)
    picked = []
    with st.container(horizontal=True, key="examples"):
        for example in cached.examples(experiment_key):
            with st.container(width=THUMBNAIL):
                st.image(example.image, width=THUMBNAIL)
                if st.checkbox(example.title, key=f"example-{example.key}"):
                    digest = hashlib.sha256(example.image.tobytes()).hexdigest()
                    picked.append(Picture(example.title, example.image, None, digest))
    return picked
