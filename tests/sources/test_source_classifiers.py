"""Each source of classifiers, end to end on small models, and the words of what can go wrong."""

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from source_toys import SMALL, assert_same

from opnp.errors import (
    InvalidDataError,
    InvalidSettingError,
    MissingDataError,
    UnsupportedModelError,
)
from opnp.sources.classifiers.checkpoint import CheckpointClassifier
from opnp.sources.classifiers.torchvision import TorchvisionClassifier, download
from opnp.sources.place import Place
from opnp.sources.transform import TransformTable
from opnp.sources.weights import hub_file
from opnp.torchvision_compat import import_torchvision


def architecture(name, **options):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return import_torchvision().models.get_model(name, weights=None, **options).eval()


# torchvision


@pytest.mark.parametrize(
    ("name", "options"), [("mobilenet_v3_small", {}), ("googlenet", {"init_weights": False})]
)
def test_torchvisions_weights_with_their_own_transform_and_classes(place, name, options):
    model = architecture(name, **options)
    entry = import_torchvision().models.get_model_weights(name).DEFAULT
    source = TorchvisionClassifier(name)
    file = hub_file(entry.url)
    file.parent.mkdir(parents=True)
    torch.save(model.state_dict(), file)
    assert source.missing(place) == ()
    classifier = source.load(place)
    assert classifier.class_names[:2] == ("tench", "goldfish")
    assert "crop_size=[224]" in classifier.transform_id
    if name == "googlenet":
        model.transform_input = True
    assert_same(classifier, model, 224)
    assert "get_state_dict" not in vars(type(entry))


def test_weights_that_are_not_here_or_cut_off(place):
    source = TorchvisionClassifier("resnet50", "ResNet50_Weights.IMAGENET1K_V1")
    (thing,) = source.missing(place)
    said = "Expected torchvision's weights ResNet50_Weights.IMAGENET1K_V1 in torch's cache but the whole file"
    assert thing.what.startswith(said)
    assert thing.remedy == "Get it with `python -m opnp.fetch mine`."
    with pytest.raises(MissingDataError, match=r"but the whole file is not there. Get it with"):
        source.load(place)
    file = hub_file("https://download.pytorch.org/models/resnet50-0676ba61.pth")
    file.parent.mkdir(parents=True)
    file.write_bytes(b"PK\x03\x04 and then the line went dead")
    assert source.missing(place) == (thing,)


def test_unknown_models_and_weights_get_the_closest(place):
    with pytest.raises(
        InvalidSettingError, match=r"80 in all\) but got 'resnet51'. Did you mean 'resnet50'\?"
    ):
        TorchvisionClassifier("resnet51").missing(place)
    with pytest.raises(InvalidSettingError, match="'IMAGENET1K_V1', 'IMAGENET1K_V2', 'DEFAULT' but got 'V2'"):
        TorchvisionClassifier("resnet50", "V2").missing(place)


def test_a_download_is_checked_by_the_hash_in_its_name(place, monkeypatch):
    asked = []
    monkeypatch.setattr("torch.hub.download_url_to_file", lambda *arguments: asked.append(arguments))
    download("https://example.org/resnet50-0676ba61.pth")
    download("https://example.org/plain.pth")
    assert [hash_prefix for *_, hash_prefix in asked] == ["0676ba61", None]
    assert place.file.parent in hub_file("x/y.pth").parents


# checkpoint


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_checkpoint_with_another_number_of_classes(place, tmp_path, suffix):
    model = architecture("shufflenet_v2_x0_5", num_classes=3)
    if suffix == ".pth":
        torch.save({"model": model.state_dict()}, tmp_path / "best.pth")
    else:
        save_file(model.state_dict(), tmp_path / "best.safetensors")
    (tmp_path / "names.txt").write_text("cat\ndog\n\nfox\n")
    source = CheckpointClassifier("shufflenet_v2_x0_5", f"best{suffix}", "names.txt", TransformTable(32, 28))
    assert source.missing(place) == ()
    classifier = source.load(place)
    assert classifier.class_names == ("cat", "dog", "fox")
    assert_same(classifier, model, 28)


def test_a_checkpoint_takes_its_architectures_transform_by_default(place, tmp_path):
    save_file(architecture("shufflenet_v2_x0_5", num_classes=3).state_dict(), tmp_path / "w.safetensors")
    classifier = CheckpointClassifier("shufflenet_v2_x0_5", "w.safetensors", 3).load(place)
    assert "crop_size=[224] resize_size=[256]" in classifier.transform_id
    assert classifier.class_names == ("class 0", "class 1", "class 2")


@pytest.mark.parametrize("auxiliary", [True, False])
def test_googlenet_with_and_without_its_auxiliary_heads(place, tmp_path, auxiliary):
    model = architecture("googlenet", num_classes=3, aux_logits=auxiliary, init_weights=False)
    save_file(model.state_dict(), tmp_path / "w.safetensors")
    assert_same(
        CheckpointClassifier("googlenet", "w.safetensors", 3, TransformTable(32)).load(place), model, 32
    )


def test_a_checkpoint_that_does_not_fit_names_the_keys(place, tmp_path):
    save_file(architecture("shufflenet_v2_x0_5", num_classes=3).state_dict(), tmp_path / "w.safetensors")
    with pytest.raises(InvalidDataError, match=r"fc.weight \(3, 1024\) instead of \(4, 1024\)"):
        CheckpointClassifier("shufflenet_v2_x0_5", "w.safetensors", 4, SMALL).load(place)
    with pytest.raises(InvalidDataError, match=r"the weights of ResNet but it lacks .* it has unknown"):
        CheckpointClassifier("resnet18", "w.safetensors", 3, SMALL).load(place)


def test_a_checkpoint_without_a_last_linear_layer_is_refused_with_the_reason(place, tmp_path):
    save_file(architecture("squeezenet1_1", num_classes=3).state_dict(), tmp_path / "w.safetensors")
    with pytest.raises(UnsupportedModelError, match="a ReLU stands between the last convolution"):
        CheckpointClassifier("squeezenet1_1", "w.safetensors", 3, TransformTable(64)).load(place)


def test_a_checkpoint_that_is_not_here(place):
    source = CheckpointClassifier("resnet18", "/home/me/secret/best.pth", 3)
    (thing,) = source.missing(place)
    assert "the file `best.pth` beside mine.toml or in the data folder (OPNP_DATA)" in thing.what
    assert "secret" not in thing.what
    with pytest.raises(MissingDataError, match="Put it there, or mend the path"):
        source.load(place)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            TransformTable(0),
            "`resize` in .*transform. of mine.toml to be between 1 and 4096 pixels but got 0",
        ),
        (TransformTable(8, mode="CMYK"), "`mode` .* one of 'RGB', 'L' but got 'CMYK'"),
        (TransformTable(8, mean=(0.5,)), "`mean` .* to be 3 numbers, one a channel but got 1"),
        (TransformTable(8, std=(0.5, 0.0, 0.5)), "`std` .* to be above 0 but got 0.0"),
        (
            TransformTable(8, interpolation="linear"),
            "'nearest', 'bilinear', 'bicubic' but got 'linear'. Did you mean",
        ),
    ],
)
def test_a_transform_out_of_range(place, table, said):
    with pytest.raises(InvalidSettingError, match=said):
        table.build(place)


def test_grey_transforms_take_any_picture():
    transform = TransformTable(8, mode="L").build(Place(Place.__module__, "[classifier]"))
    for mode in ("RGB", "L", "CMYK", "RGBA"):
        assert transform(Image.new(mode, (20, 10))).shape == (1, 8, 8)
