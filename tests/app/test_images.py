"""The Images page: examples, uploads that work and uploads that do not."""

import io

import numpy as np
from PIL import Image


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def words(app) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.info, *app.warning])


def test_empty_page_says_what_to_do(dashboard):
    app = dashboard("images")
    assert "Nothing uploaded yet" in words(app)
    assert len(app.checkbox) >= 6


def test_an_example_gets_class_score_and_verdict(dashboard):
    app = dashboard("images")
    app.checkbox[0].check().run()
    shown = words(app)
    assert "confident" in shown
    assert "threshold" in shown
    assert "accepted as ID" in shown or "rejected as OOD" in shown


def test_good_and_bad_files_together(dashboard):
    app = dashboard("images")
    grey = np.random.default_rng(0).integers(0, 256, (48, 64), dtype=np.uint8)
    uploader = app.file_uploader(key="uploads")
    uploader.upload("photo.png", png(grey), "image/png")
    uploader.upload("empty.png", b"", "image/png")
    uploader.upload("notes.png", b"these are words, not an image", "image/png")
    uploader.upload("torn.png", png(grey)[:200], "image/png").run()
    assert not app.exception
    assert len(app.warning) == 3
    for name in ("empty", "notes", "torn"):
        assert any(name in warning.value for warning in app.warning)
    assert "photo" in words(app)
    assert "Traceback" not in words(app)


def test_the_pruning_of_explore_holds_here(dashboard, move):
    app = dashboard()
    move(app, neurons=(30.0, 100.0))
    app.switch_page("views/images.py").run()
    assert app.session_state["neurons"] == (30.0, 100.0)
    app.checkbox[0].check().run()
    assert "Unpruned:" in words(app)


def test_a_name_cannot_write_markup(dashboard):
    app = dashboard("images")
    name = "**bold** ![x](http://127.0.0.1/x.png) :red[y].png"
    app.file_uploader(key="uploads").upload(name, png(np.zeros((9, 9), np.uint8)), "image/png").run()
    assert not app.exception
    assert "![x]" not in words(app)
    assert "**bold** !" not in words(app)
