"""Classifiers of transformers from folders and from the hub's cache: whole, offline, without foreign code."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from huggingface_toys import NAMES, put_on_hub, save_vit
from safetensors.torch import load_file
from source_toys import SMALL, assert_same, refusal

from opnp._utils.torchvision import import_torchvision
from opnp.detector.preprocessing import preprocessing_of
from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError, UnsupportedModelError
from opnp.experiments.sources.changes import state_of
from opnp.experiments.sources.classifiers.huggingface import HuggingFaceClassifier

NOISE = np.random.default_rng(5).integers(0, 256, (2, 61, 90, 3), dtype=np.uint8)


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images):
        return self.model(images).logits


@pytest.fixture
def folder(tmp_path):
    save_vit(tmp_path / "vit")
    return tmp_path / "vit"


def change(path, **settings):
    """Change settings in a file; None takes one out."""
    held = json.loads(path.read_text()) | settings
    path.write_text(json.dumps({key: value for key, value in held.items() if value is not None}))


def refused(place, kind=InvalidDataError, **table):
    return refusal(place, kind, HuggingFaceClassifier(**{"model": "vit", **table}).load, place)


def test_a_folder_with_its_classes_and_its_image_processor(place, tmp_path):
    model = save_vit(tmp_path / "vit")
    classifier = HuggingFaceClassifier("vit").load(place)
    assert classifier.class_names == NAMES
    assert_same(classifier, Logits(model), 16)
    described = preprocessing_of(classifier.transform, NOISE)
    assert (described.resize, described.crop, described.interpolation) == ((16, 16), None, "bilinear")


def test_settings_that_no_layer_shows_are_in_the_key(place, tmp_path):
    save_vit(tmp_path / "vit")
    save_vit(tmp_path / "other", num_key_value_heads=1)
    first, second = (HuggingFaceClassifier(name).load(place) for name in ("vit", "other"))
    assert first.transform_id != second.transform_id
    assert HuggingFaceClassifier("vit").load(place).transform_id == first.transform_id
    change(tmp_path / "vit" / "config.json", id2label={"0": "a", "1": "b", "2": "c"})
    renamed = HuggingFaceClassifier("vit").load(place)
    assert (renamed.transform_id, renamed.class_names) == (first.transform_id, ("a", "b", "c"))


def test_ones_own_names_and_transform(place, folder):
    (folder / "preprocessor_config.json").unlink()
    assert "preprocessor_config.json" in refused(place, MissingDataError)
    transform = type(SMALL)(resize=16)
    classifier = HuggingFaceClassifier("vit", classes=("a", "b", "c"), transform=transform).load(place)
    assert classifier.class_names == ("a", "b", "c")
    assert "4" in refused(place, InvalidSettingError, classes=4, transform=transform)


def test_names_that_are_none(place, tmp_path):
    save_vit(tmp_path / "vit", names=("LABEL_0", "LABEL_1"))
    assert HuggingFaceClassifier("vit").load(place).class_names == ("class 0", "class 1")


def test_from_the_hubs_cache_offline(place, folder, tmp_path, monkeypatch):
    put_on_hub(monkeypatch, tmp_path / "hub", "me/pets", folder)
    source = HuggingFaceClassifier("me/pets")
    assert source.missing(place) == ()
    assert source.load(place).class_names == NAMES
    other = HuggingFaceClassifier("me/pets", revision="v2")
    assert [str(thing) for thing in other.missing(place)] == [
        (
            "Expected the model me/pets (v2) in Hugging Face's cache, or a folder of that name beside "
            "mine.toml, but neither is there. Get it with `python -m opnp download mine`."
        )
    ]
    with pytest.raises(InvalidDataError, match=r"Expected to download me/pets from huggingface.co but"):
        other.fetch(place)
    source.fetch(place)


def test_a_repository_without_safetensors(place, folder, tmp_path, monkeypatch):
    (folder / "model.safetensors").unlink()
    put_on_hub(monkeypatch, tmp_path / "hub", "me/pets", folder)
    monkeypatch.setattr(
        "opnp.experiments.sources.classifiers.huggingface.download", lambda *_: None
    )  # it brings all there is
    with pytest.raises(MissingDataError, match=r"Look there for a pull request that adds safetensors"):
        HuggingFaceClassifier("me/pets").fetch(place)


def test_what_is_missing_is_named(place, folder):
    source = HuggingFaceClassifier("vit")
    assert source.missing(place) == ()
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:-50])
    assert "the whole of model.safetensors in `vit`" in str(source.missing(place)[0])
    (folder / "model.safetensors").unlink()
    assert "Expected model.safetensors in `vit` but it is not there." in str(source.missing(place)[0])
    (folder / "config.json").unlink()
    assert "Expected config.json in `vit`" in str(source.missing(place)[0])
    assert "Expected the folder `none`" in str(HuggingFaceClassifier("none").missing(place)[0])
    with pytest.raises(InvalidSettingError, match="is a folder of your own"):
        HuggingFaceClassifier("vit", revision="main").missing(place)


def test_without_the_package_the_command_is_named(place, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "pip install 'opnp[huggingface]'" in refused(place, MissingDataError)


class Harmful:
    def __reduce__(self):
        return exec, ("raise AssertionError('it ran')",)


def test_pickled_weights_are_never_opened(place, folder):
    (folder / "model.safetensors").unlink()
    torch.save(Harmful(), folder / "pytorch_model.bin")
    assert "only pytorch_model.bin, a pickle, which is not opened" in refused(place, MissingDataError)


def test_the_command_for_pickled_weights_converts_them(place, folder):
    state = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / "pytorch_model.bin")
    said = HuggingFaceClassifier("vit").missing(place)[0].remedy
    code = said.partition('-c "')[2].rpartition('"')[0]
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    assert HuggingFaceClassifier("vit").load(place).class_names == NAMES


def test_code_beside_a_known_model_is_passed_over(place, folder):
    (folder / "mine.py").write_text("raise AssertionError('it ran')")
    change(folder / "config.json", auto_map={"AutoModelForImageClassification": "mine.Mine"})
    change(folder / "preprocessor_config.json", auto_map={"AutoImageProcessor": "mine.Mine"})
    notes = HuggingFaceClassifier("vit").load(place).understood.notes
    assert "It comes with code of its own (`auto_map`), which was not run." in notes


def test_a_model_that_is_its_own_code_is_refused(place, folder):
    (folder / "mine.py").write_text("raise AssertionError('it ran')")
    change(folder / "config.json", model_type="mine", auto_map={"AutoConfig": "mine.Config"})
    assert "such code is never run" in refused(place, UnsupportedModelError)


def test_attention_from_the_hub_is_not_asked_for(place, folder):
    change(folder / "config.json", attn_implementation="somebody/kernel")
    assert HuggingFaceClassifier("vit").load(place).class_names == NAMES


def test_a_head_that_would_be_random(place, tmp_path):
    save_vit(tmp_path / "vit", kind="ViTModel")
    said = refused(place)
    assert "it lacks `classifier.bias`, `classifier.weight`, which would be random." in said


def test_names_of_another_number(place, folder):
    change(folder / "config.json", id2label={"0": "a", "1": "b"}, label2id=None)
    assert "`classifier.bias` is (3,) in the file and (2,) by `id2label`, one name" in refused(place)
    change(folder / "config.json", id2label={"1": "a", "2": "b", "3": "c"})
    assert "to number the classes 0 to 2 but got 1, 2, 3" in refused(place)


def test_settings_of_another_model(place, folder):
    change(folder / "config.json", image_size=24)
    assert "is (1, 5, 16) in the file and (1, 10, 16) by the settings. Mend" in refused(place)
    change(folder / "config.json", id2label={}, label2id={})
    assert "name a class for each logit but it is empty" in refused(place)
    change(folder / "config.json", quantization_config={"quant_method": "fp8"})
    assert "it is quantised" in refused(place, UnsupportedModelError)


def test_the_processor_of_another_model(place, folder):
    change(folder / "preprocessor_config.json", size={"height": 20, "width": 20})
    assert "Let its transform resize and crop to the size that the model" in refused(place)


def test_grey_pictures(place, tmp_path):
    save_vit(tmp_path / "vit", num_channels=1)
    change(tmp_path / "vit" / "preprocessor_config.json", image_mean=[0.5], image_std=[0.5])
    classifier = HuggingFaceClassifier("vit").load(place)
    assert classifier.understood.mode == "L"
    assert preprocessing_of(classifier.transform, NOISE).mode == "L"


def test_a_folder_that_timm_wrote(place, tmp_path):
    import_torchvision()
    import timm

    model = timm.create_model("test_resnet.r160_in1k", num_classes=3).eval()
    timm.models.save_for_hf(model, tmp_path / "net", safe_serialization=True)
    classifier = HuggingFaceClassifier("net").load(place)
    assert_same(classifier, model, 160)
    assert preprocessing_of(classifier.transform, NOISE).crop == (160, 160)


def test_a_change_in_the_folder_changes_the_experiments_state(place, folder):
    tables = {"classifier": {"model": "vit"}}
    before = state_of(tables, place)
    assert state_of(tables, place) == before
    change(folder / "config.json", id2label={"0": "a", "1": "b", "2": "c"})
    assert state_of(tables, place) != before


def test_a_model_that_classifies_no_images(place, folder):
    change(folder / "config.json", model_type="bert", architectures=["BertModel"])
    assert "has none of the kind 'bert' (BertModel)" in refused(place, UnsupportedModelError)
    change(folder / "config.json", model_type="nothing")
    assert "Expected transformers to load `vit`" in refused(place)


def test_damaged_files(place, folder):
    (folder / "preprocessor_config.json").write_text("{")
    assert "the image processor of `vit`" in refused(place)
    (folder / "config.json").write_text("[]")
    assert "Expected `config.json` to hold settings in JSON" in refused(place)


def test_numbers_that_were_overwritten(place, folder):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-400] + b"\xff" * 400)
    assert "finite" in refused(place)


def test_weights_in_several_files(place, tmp_path):
    model = save_vit(tmp_path / "vit")
    model.save_pretrained(tmp_path / "parts", max_shard_size="8KB")
    processor = (tmp_path / "vit" / "preprocessor_config.json").read_bytes()
    (tmp_path / "parts" / "preprocessor_config.json").write_bytes(processor)
    source = HuggingFaceClassifier("parts")
    assert_same(source.load(place), Logits(model), 16)
    first = min((tmp_path / "parts").glob("model-*.safetensors"))
    first.unlink()
    assert f"all of `parts` but {first.name} is not there" in str(source.missing(place)[0])


def test_an_adapter_beside_the_model_is_refused(folder, place):
    (folder / "adapter_config.json").write_text("{}")
    assert "holds an adapter beside one (adapter_config.json)" in refused(place, UnsupportedModelError)


@pytest.mark.parametrize("names", [["cat", "dog", "owl"], {"first": "cat"}])
def test_names_that_are_not_numbered_are_refused(folder, place, names):
    change(folder / "config.json", id2label=names)
    assert "to map the number of each logit to a name" in refused(place)


def test_a_processor_in_the_file_of_a_multimodal_one(folder, place):
    wanted = HuggingFaceClassifier("vit").load(place)
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "processor_config.json").write_text(json.dumps({"image_processor": settings}))
    (folder / "preprocessor_config.json").unlink()
    assert not HuggingFaceClassifier("vit").missing(place)
    assert HuggingFaceClassifier("vit").load(place).transform_id == wanted.transform_id
