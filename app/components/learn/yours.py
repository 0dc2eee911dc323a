"""Step 8: the visitor's own picture, before and after pruning."""

import streamlit as st

from app import cached, text
from app.components.histograms import draw_histograms
from app.components.images.prediction_card import Verdict, card
from app.components.learn import window
from app.components.learn.lesson import KEPT, Lesson
from app.format import message, plain
from app.pictures import Picture
from app.state.baseline import BEFORE_AND_AFTER
from opnp.errors import OpnpError
from opnp.inference.id_reference import id_reference
from opnp.inference.predict import predict


def draw(lesson: Lesson) -> None:
    """Draw the step on the visitor's own picture."""
    if not lesson.explorer.prepared.experiment.accepts_images:
        st.info(text.shell.FEATURES_ONLY, icon=":material/hide_image:")
        return
    picture = _picture(lesson)
    if picture is None:
        st.info(text.learn.NONE_YET, icon=":material/add_photo_alternate:")
        return
    _, pruning = window.chosen_window()
    before, after = cached.unpruned(lesson.key), lesson.explorer.at(pruning)
    old, new = (predict(lesson.explorer, picture.features[None], snapshot)[0] for snapshot in (before, after))
    known = id_reference(after.id_test.scores)
    card(Verdict(picture, old, new, known), pruned=pruning.kind != "unpruned")
    draw_histograms(
        lesson.explorer,
        lesson.ood,
        before,
        after,
        lesson.colours,
        titles=BEFORE_AND_AFTER.titles(pruning),
        marks=[[old.score], [new.score]],
        names=[picture.name],
    )
    st.markdown(text.learn.END)


def _picture(lesson: Lesson) -> Picture | None:
    """Let the visitor bring or pick a picture; None before, or where the page says it cannot be read."""
    examples = cached.examples(lesson.key)
    source = st.segmented_control(
        text.learn.SOURCE_LABEL,
        text.learn.SOURCES if examples else text.learn.SOURCES[:-1],
        default=text.learn.SOURCES[0],
        required=True,
        key="learn-source",
        persist_state=KEPT,
    )
    if source == text.learn.SOURCES[-1] and examples:
        titles = {example.key: example.title for example in examples}
        picked = st.pills(
            text.learn.PICTURE_LABEL,
            list(titles),
            format_func=lambda key: plain(titles[key]),
            key="learn-example",
            wrap=True,
        )
        return None if picked is None else cached.example(lesson.key, picked)
    if source == text.learn.SOURCES[1]:
        file = st.camera_input(text.learn.CAMERA_LABEL, key="learn-camera")
    else:
        file = st.file_uploader(text.learn.UPLOAD_LABEL, key="learn-upload")
    if file is None:
        return None
    try:
        return cached.upload(lesson.key, file)
    except OpnpError as error:
        st.warning(message(str(error)), icon=":material/broken_image:")
        return None
