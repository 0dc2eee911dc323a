"""A row of ID test images with a few words each."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app import cached
from app.components.sensitivity.shown import SensitivityView
from app.format import plain
from app.text import sensitivity as text

WIDTH = 104


@dataclass(frozen=True)
class Thumbnail:
    """An ID test image with its caption.

    Attributes:
        row: Of the ID test set.
        caption: What stands below it, besides its class.
    """

    row: int
    caption: str


def thumbnails(view: SensitivityView, images: Sequence[Thumbnail]) -> None:
    """Draw images side by side; without pictures where only features are at hand.

    Args:
        view: The experiment.
        images: What to draw.
    """
    prepared = view.explorer.prepared
    has_images = prepared.experiment.accepts_images
    if not has_images:
        st.caption(text.NO_IMAGES)
    with st.container(horizontal=True, gap="small"):
        for image in images:
            name = view.labels[int(prepared.id_test.labels[image.row])]
            with st.container(width=WIDTH + 16):
                if has_images:
                    _picture(view, image.row, name)
                where = "" if has_images else f"row {image.row}: "
                st.caption(f"{where}**{plain(name)}**, {image.caption}")


def _picture(view: SensitivityView, row: int, name: str) -> None:
    picture = cached.image(view.key, view.explorer.prepared.experiment.id_test.key, row)
    if picture is None:
        st.caption(text.UNREADABLE)
    else:
        st.image(picture, width=WIDTH, alt=f"ID test image {row}, {name}")
