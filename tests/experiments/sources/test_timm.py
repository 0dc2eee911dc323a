"""The real timm: its published weights from the cache, models of the hub and of folders, names of classes."""

import json

import numpy as np
import pytest
import torch
from huggingface_toys import put_on_hub
from source_toys import assert_same

from opnp._utils.torchvision import import_torchvision
from opnp.detector.preprocessing import preprocessing_of
from opnp.errors import InvalidDataError, InvalidSettingError, UnsupportedModelError
from opnp.experiments.sources.changes import state_of
from opnp.experiments.sources.classifiers.timm import TimmClassifier
from opnp.experiments.sources.classifiers.timm_names import published_names

NAME = "test_resnet.r160_in1k"
NOISE = np.random.default_rng(5).integers(0, 256, (2, 61, 90, 3), dtype=np.uint8)


@pytest.fixture
def model(tmp_path):
    """A random model, and the folder that timm writes of it."""
    import_torchvision()
    import timm

    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = timm.create_model(NAME).eval()
    timm.models.save_for_hf(model, tmp_path / "net", safe_serialization=True)
    return model


@pytest.mark.parametrize(
    ("name", "repository", "first"),
    [
        (NAME, f"timm/{NAME}", "tench"),
        (f"hf-hub:timm/{NAME}", f"timm/{NAME}", "tench"),
        ("hf-hub:me/net@main", "me/net", "class 0"),
    ],
)
def test_weights_in_the_cache_are_read_offline(place, tmp_path, monkeypatch, model, name, repository, first):
    put_on_hub(monkeypatch, tmp_path / "hub", repository, tmp_path / "net")
    source = TimmClassifier(name)
    assert source.missing(place) == ()
    classifier = source.load(place)
    assert_same(classifier, model, 160)
    assert classifier.class_names[0] == first
    assert preprocessing_of(classifier.transform, NOISE).crop == (160, 160)


def test_a_folder_of_timms_with_its_own_names(place, tmp_path, model):
    file = tmp_path / "net" / "config.json"
    names = [f"kind {number}" for number in range(1000)]
    file.write_text(json.dumps(json.loads(file.read_text()) | {"label_names": names}))
    classifier = TimmClassifier("local-dir:net").load(place)
    assert_same(classifier, model, 160)
    assert classifier.class_names == tuple(names)
    with pytest.raises(InvalidSettingError, match="1,000, the number of the model's logits, but got 7"):
        TimmClassifier("local-dir:net", classes=7).load(place)
    (tmp_path / "net" / "model.safetensors").unlink()
    assert "Expected model.safetensors in `net`" in str(TimmClassifier("local-dir:net").missing(place)[0])


def test_a_backbone_is_no_classifier(place, tmp_path):
    import_torchvision()
    import timm

    backbone = timm.create_model(NAME, num_classes=0)
    timm.models.save_for_hf(backbone, tmp_path / "net", safe_serialization=True)
    with pytest.raises(UnsupportedModelError, match=r"a backbone, .* Choose weights that were fine"):
        TimmClassifier("local-dir:net").load(place)


@pytest.mark.usefixtures("model")
def test_what_is_not_in_the_cache(place, tmp_path, monkeypatch):
    put_on_hub(monkeypatch, tmp_path / "hub", "me/other", tmp_path / "net")
    source = TimmClassifier("hf-hub:me/net")
    assert source.missing(place)[0].remedy == "Get it with `python -m opnp download mine`."
    with pytest.raises(InvalidDataError, match=r"Expected to download me/net from huggingface.co but"):
        source.fetch(place)
    with pytest.raises(InvalidSettingError, match="`hf-hub:owner/name`"):
        TimmClassifier("hf-hub:../net").missing(place)


@pytest.mark.parametrize("classes", [1000, 11821, 21841, 21842, 21843, 11221])
def test_names_of_imagenets_parts_are_distinct(classes):
    import_torchvision()
    names = published_names({"num_classes": classes}, imagenet=True)
    assert len(set(names)) == classes


def test_names_of_others_are_not_guessed():
    import_torchvision()
    assert published_names({"num_classes": 1000}, imagenet=False) is None
    assert published_names({"num_classes": 37}, imagenet=True) is None
    described = {"label_names": ["n1", "n2"], "label_descriptions": {"n1": "a hen, a bird"}}
    assert published_names(described, imagenet=False) == ("a hen", "n2")


@pytest.mark.parametrize(("mode", "resize"), [("center", 35), ("squash", (35, 35)), ("border", None)])
def test_timms_transforms_are_described_or_not(mode, resize):
    import_torchvision()
    from timm.data import create_transform

    steps = create_transform((3, 32, 32), interpolation="lanczos", crop_pct=0.9, crop_mode=mode)
    found = preprocessing_of(steps, NOISE)
    assert (found and (found.resize, found.crop, found.interpolation)) == (
        (resize, (32, 32), "lanczos") if resize else None
    )


@pytest.mark.usefixtures("model")
def test_settings_that_layers_do_not_show_are_in_the_key(place, tmp_path):
    file = tmp_path / "net" / "config.json"
    before = TimmClassifier("local-dir:net").load(place)
    settings = json.loads(file.read_text())
    file.write_text(json.dumps(settings | {"global_pool": "max"}))
    after = TimmClassifier("local-dir:net").load(place)
    assert after.transform_id != before.transform_id


def test_a_folder_that_was_written_again_is_noticed(place, tmp_path, model):
    tables = {"classifier": {"source": "timm", "model": "local-dir:net"}}
    before = state_of(tables, place)
    import timm

    timm.models.save_for_hf(model, tmp_path / "net", safe_serialization=True)
    assert state_of(tables, place) != before


@pytest.mark.parametrize("name", ["me/net", "hf-hub:me/net", "hf-hub:me/net@main"])
@pytest.mark.usefixtures("model")
def test_another_commit_in_the_hubs_cache_is_noticed(place, tmp_path, monkeypatch, name):
    put_on_hub(monkeypatch, tmp_path / "hub", "me/net", tmp_path / "net")
    tables = {"classifier": {"source": "timm", "model": name}}
    before = state_of(tables, place)
    (tmp_path / "hub" / "models--me--net" / "refs" / "main").write_text("1" * 40)
    assert state_of(tables, place) != before
