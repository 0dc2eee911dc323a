"""The uploader and the examples: pictures, and a sentence for each file that is none."""

import streamlit as st

from app import cached
from app.picture import Picture
from app.text import images as text
from opnp.errors import OpnpError

MOST = 40
THUMBNAIL = 104


def pictures(experiment_key: str) -> tuple[list[Picture], list[str]]:
    """Draw the uploader and the examples.

    Args:
        experiment_key: Whose model looks at the pictures and whose examples to offer.

    Returns:
        The pictures that could be read, and a sentence for each that could not.
    """
    files = st.file_uploader(text.UPLOAD_LABEL, accept_multiple_files=True, key="uploads")
    picked = _examples(experiment_key)
    read, problems = [], []
    if len(files) > MOST:
        problems.append(text.TOO_MANY.format(got=len(files), most=MOST))
    for file in files[:MOST]:
        try:
            read.append(cached.upload(experiment_key, file))
        except OpnpError as error:
            problems.append(str(error))
    return [*read, *picked], problems


def _examples(experiment_key: str) -> list[Picture]:
    st.caption(text.EXAMPLES_LABEL)
    picked = []
    with st.container(horizontal=True, key="examples"):
        for example in cached.examples(experiment_key):
            with st.container(width=THUMBNAIL):
                st.image(example.image, width=THUMBNAIL, alt=example.title)
                if st.checkbox(example.title, key=f"example-{example.key}"):
                    picked.append(cached.example(experiment_key, example.key))
    return picked
