"""The Images page: examples, uploads that work and uploads that do not."""

import io
import math
import zipfile

import numpy as np
import pytest
import torch
from markup import elements, words
from PIL import Image
from scipy import stats

from app import cached
from app.components.images.among_id import among_id_html
from opnp.config import UNPRUNED
from opnp.experiments.builtin.data import fashion_test, ood_images
from opnp.inference.id_reference import id_reference
from opnp.inference.predict import Prediction, extract_features, predict, preprocess


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def test_empty_page_says_what_to_do(dashboard):
    app = dashboard("images")
    assert "No picture yet" in words(app)
    assert len(app.checkbox) >= 6


def test_an_example_gets_class_score_and_verdict(dashboard):
    app = dashboard("images")
    app.checkbox[0].check().run()
    shown = words(app)
    assert "confident" in shown
    assert "threshold" in shown
    assert "accepted as ID" in shown or "rejected as OOD" in shown
    explorer = cached.ready("fashion")
    known, example = id_reference(explorer.at(UNPRUNED).id_test.scores), cached.examples("fashion")[0]
    features = cached.example("fashion", example.key).features[None]
    [said] = predict(explorer, features, explorer.at(UNPRUNED))
    assert said.p_value == (1 + sum(known <= said.score)) / (len(known) + 1)
    assert f"Stranger than **{math.floor(1000 * (1 - said.p_value)) / 10} %** of ID images" in shown
    [drawn] = elements(app, "among-id")
    assert len(drawn[0].findall("i")) == 40
    assert [mark.get("class") for mark in drawn[0].findall("b")] == ["limit", "here accepted"]


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


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


def bring(app, name: str, data: bytes) -> None:
    uploader = next(one for one in app.file_uploader if str(one.key).startswith("own-zip"))
    uploader.upload(name, data, "application/zip").run()
    assert not app.exception, [error.message for error in app.exception]


def noise(seed: int) -> bytes:
    return png(np.random.default_rng(seed).integers(0, 256, (28, 28), dtype=np.uint8))


def test_a_zip_becomes_a_set_until_it_is_removed(dashboard, move):
    app = dashboard("images")
    bring(app, "noise.zip", zipped({f"{n}.png": noise(n) for n in range(8)} | {"why.txt": b"words"}))
    assert r"Your set: noise\.zip" in [title.value for title in app.subheader]
    assert [metric.label for metric in app.metric] == ["Accepted as ID ↓", "AUROC ↑", "Rejected together"]
    shown = words(app)
    assert "at most 10 % of what is rejected is ID" in shown
    assert "drawn like the 2,000 held-out ID images" in shown
    assert "8 pictures, in memory for this visit only" in shown
    assert " of 8, 95 % interval" in shown
    assert "1 of its 9 files are left out" in [expander.label for expander in app.expander]
    assert "1 × not a picture" in shown
    unpruned = app.metric[1].value
    move(app, neurons=(30.0, 100.0))
    assert app.metric[1].value != unpruned
    app.button(key="remove-own-set").click().run()
    assert not app.metric
    assert app.file_uploader


@pytest.mark.parametrize(("percent", "fewest"), [(10, 1), (1, 2)])
def test_a_set_is_rejected_as_a_whole_at_the_rate_that_is_chosen(dashboard, percent, fewest):
    app = dashboard("images")
    pictures = [*fashion_test()[0][:12], *ood_images("letters")[:12]]
    bring(app, "mixed.zip", zipped({f"{n:02}.png": png(pixels) for n, pixels in enumerate(pictures)}))
    app.button_group(key="false-discovery").set_value(percent).run()
    assert not app.exception
    explorer = cached.ready("fashion")
    snapshot, classifier = explorer.at(UNPRUNED), explorer.prepared.classifier
    inputs = [preprocess(classifier, Image.fromarray(pixels)) for pixels in pictures]
    said = predict(explorer, extract_features(classifier, inputs), snapshot)
    adjusted = stats.false_discovery_control([prediction.p_value for prediction in said])
    rejected = int((adjusted <= percent / 100).sum())
    assert 0 < rejected < 24 or percent == 1
    assert app.metric[2].value == f"{rejected} of 24"
    assert (f"unless at least {fewest} of the 24" in words(app)) == (fewest > 1)


def test_a_set_is_there_after_another_page(dashboard):
    app = dashboard("images")
    bring(app, "noise.zip", zipped({"a.png": noise(0)}))
    app.switch_page("views/explore.py").run()
    app.switch_page("views/images.py").run()
    assert r"Your set: noise\.zip" in [title.value for title in app.subheader]


def test_another_visitor_sees_nothing_of_it(dashboard):
    bring(dashboard("images"), "noise.zip", zipped({"a.png": noise(0)}))
    assert not dashboard("images").subheader


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no zip", "is not a zip"),
        (zipped({"why.txt": b"words"}), "none among its files (1 not a picture"),
        (zipped({}), "it is empty"),
    ],
    ids=["no zip", "no picture", "empty"],  # a zip holds the time, workers must name alike
)
def test_a_zip_that_will_not_do_is_said_with_a_way_out(dashboard, data, why):
    app = dashboard("images")
    bring(app, "bad.zip", data)
    assert why in words(app)
    bring(app, "good.zip", zipped({"a.png": noise(0)}))
    assert not app.warning
    assert r"Your set: good\.zip" in [title.value for title in app.subheader]


def test_a_model_that_gives_no_number_says_so(dashboard, monkeypatch):
    app = dashboard("images")
    monkeypatch.setattr(
        "opnp.inference.uploaded_set.extract_features",
        lambda _, inputs: torch.full((len(inputs), 256), torch.nan),
    )
    bring(app, "noise.zip", zipped({"a.png": noise(0)}))
    assert any("nan" in warning.value.lower() for warning in app.warning)


def test_a_zip_among_pictures_is_told_where_to_go(dashboard):
    app = dashboard("images")
    app.file_uploader(key="uploads").upload("all.zip", zipped({"a.png": noise(0)}), "application/zip").run()
    assert "is a zip but expected a picture here" in words(app)


def test_pictures_are_there_after_another_page_until_removed(dashboard):
    app = dashboard("images")
    app.file_uploader(key="uploads").upload("mine.png", noise(1), "image/png").run()
    assert "mine" in words(app)
    app.switch_page("views/explore.py").run()
    app.switch_page("views/images.py").run()
    assert "mine" in words(app)
    app.file_uploader(key="uploads").upload("more.png", noise(2), "image/png").run()
    assert "mine" in words(app)
    assert "more" in words(app)
    app.button(key="forget").click().run()
    assert "mine" not in words(app)
    assert "more" in words(app)


def test_a_model_that_fails_on_a_picture_leaks_nothing(dashboard, monkeypatch):
    def fails(*_):
        raise RuntimeError("/home/secret: sizes do not match")

    monkeypatch.setattr("app.pictures.extract_features", fails)
    app = dashboard("images")
    app.file_uploader(key="uploads").upload("odd.png", noise(3), "image/png").run()
    assert not app.exception
    assert "could be read but the model failed on it" in words(app)
    assert "secret" not in words(app)


def test_more_pictures_than_fit_are_said(dashboard, monkeypatch):
    monkeypatch.setattr("app.components.images.uploads.MOST", 2)
    app = dashboard("images")
    uploader = app.file_uploader(key="uploads")
    for number in range(3):
        uploader.upload(f"{number}.png", noise(number), "image/png")
    uploader.run()
    assert "3 pictures came but one by one at most 2 are shown" in words(app)


@pytest.mark.parametrize(
    ("score", "place"), [(0.0, "left:0.0%"), (5.0, "left:50.0%"), (10.0, "left:100.0%"), (-1e9, "left:0.0%")]
)
def test_an_images_place_is_where_its_score_lies(score, place):
    known = np.linspace(0, 10, 101)
    html = among_id_html(Prediction("Bag", 0.9, score, 2.0, 0.5), known)
    assert f'class="here {"accepted" if score >= 2 else "rejected"}" style="{place}"' in html


def test_scores_that_are_all_the_same_have_a_place_too():
    assert "nan" not in among_id_html(Prediction("Bag", 0.9, 3.0, 3.0, 1.0), np.full(5, 3.0))
