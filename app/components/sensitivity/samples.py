"""Choice of the picture that the page is about: a visitor's, an example, or one of a set."""

from dataclasses import dataclass

import streamlit as st
import torch
from PIL.Image import Image

from app import cached
from app.components.images.uploads import examples, upload_pictures
from app.components.sensitivity.shown import SensitivityView
from app.format import plain
from app.text import sensitivity as text
from opnp.experiments.titles import titles_of

ROW_WIDTH = 320
_YOURS = "yours"


@dataclass(frozen=True)
class ImageSample:
    """A picture with its features.

    Attributes:
        name: For people.
        features: (D,) float32 on the CPU.
        image: The picture; None where only its features are at hand.
        id_test_row: Its row of the ID test set, if it is one of it.
    """

    name: str
    features: torch.Tensor
    image: Image | None
    id_test_row: int | None = None


def choose_sample(view: SensitivityView) -> ImageSample | None:
    """Let the visitor bring or pick a picture.

    Args:
        view: The experiment.

    Returns:
        The picture; None where nothing is brought yet.
    """
    experiment = view.explorer.prepared.experiment
    titles = titles_of((experiment.id_test, *experiment.ood))
    if experiment.accepts_images:
        titles = {_YOURS: text.YOURS} | titles
    key = st.session_state.get("source")
    if key is not None and key not in titles:
        del st.session_state["source"]
    source = st.pills(
        text.SOURCE_LABEL,
        list(titles),
        default=next(iter(titles)),
        required=True,
        format_func=lambda key: plain(titles[key]),
        key="source",
        persist_state="session",
    )
    return _uploaded_sample(view) if source == _YOURS else _stored_sample(view, source, titles[source])


def _uploaded_sample(view: SensitivityView) -> ImageSample | None:
    read, problems = upload_pictures(view.key)
    read += examples(view.key)
    for problem in problems:
        st.warning(problem, icon=":material/broken_image:")
    if not read:
        st.info(text.IMAGE_EMPTY, icon=":material/add_photo_alternate:")
        return None
    place = len(read) - 1
    if place:
        place = st.selectbox(
            text.CHOOSE_PICTURE,
            range(len(read)),
            index=place,
            format_func=lambda number: read[number].name,
        )
    return ImageSample(read[place].name, read[place].features, read[place].image)


def _stored_sample(view: SensitivityView, source: str, title: str) -> ImageSample:
    prepared = view.explorer.prepared
    is_id = source == prepared.experiment.id_test.key
    features = prepared.id_test.features if is_id else prepared.ood[source].features
    label = text.ROW_LABEL.format(count=len(features))
    row = st.number_input(label, 0, len(features) - 1, 0, 1, key=f"row-{view.key}-{source}", width=ROW_WIDTH)
    image = cached.image(view.key, source, row) if prepared.experiment.accepts_images else None
    name = text.ROW_NAME.format(title=title, row=row)
    return ImageSample(name, features[row].float(), image, row if is_id else None)
