"""Each source of classifiers, end to end on small models, and the words of what can go wrong."""

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from source_toys import SMALL, assert_same

from opnp._utils.torchvision import import_torchvision
from opnp.errors import (
    InvalidDataError,
    InvalidSettingError,
    MissingDataError,
    UnsupportedModelError,
)
from opnp.experiments.sources.classifiers.checkpoint import CheckpointClassifier
from opnp.experiments.sources.classifiers.checkpoint import _model as checkpoint_model
from opnp.experiments.sources.classifiers.features_only import FeaturesOnly
from opnp.experiments.sources.classifiers.hub import HubClassifier
from opnp.experiments.sources.classifiers.python import PythonClassifier
from opnp.experiments.sources.classifiers.timm import TimmClassifier
from opnp.experiments.sources.classifiers.torchvision import TorchvisionClassifier, download
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.transform import TransformTable
from opnp.experiments.sources.typed_table import read
from opnp.experiments.sources.weights.load import hub_file


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
    assert thing.remedy == "Get it with `python -m opnp download mine`."
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


@pytest.mark.parametrize(
    "source", [TorchvisionClassifier, lambda name: CheckpointClassifier(name, "w.pth", 3)]
)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("resnet56", "a net for CIFAR, .*torch.hub.*chenyaofo/pytorch-cifar-models"),
        ("cifar10_resnet20", "a net for CIFAR"),
        ("ResNet110", "a net for CIFAR"),
        ("wrn_28_10", "a net for CIFAR"),
        ("wide_resnet40_2", "a net for CIFAR"),
        ("resnet18_32x32", "a net for CIFAR"),
        ("ResNet50", "Did you mean 'resnet50'"),
        ("resnet51", "Did you mean 'resnet50'"),
        ("efficientnet_b77", "Did you mean 'efficientnet_b7'"),
    ],
)
def test_a_name_that_torchvision_lacks_gets_the_source_that_has_it(place, source, name, said):
    with pytest.raises(InvalidSettingError, match=said):
        source(name).load(place)


@pytest.mark.parametrize("weights", ["best.pth", "runs/best", "~/w.safetensors"])
def test_a_file_as_torchvisions_weights_points_to_the_checkpoint_source(place, weights):
    with pytest.raises(
        InvalidSettingError, match=r'but got a file. For a file of your own use `source = "check'
    ):
        TorchvisionClassifier("resnet18", weights).missing(place)


@pytest.mark.parametrize(
    ("kind", "table", "said"),
    [
        (
            CheckpointClassifier,
            {"model": "resnet18", "weights": "b.pth", "classes": 2},
            "Did you mean 'path'",
        ),
        (CheckpointClassifier, {"arch": "resnet18", "path": "b.pth", "classes": 2}, "Did you mean 'model'"),
        (CheckpointClassifier, {"num_classes": 2}, "Did you mean 'classes'"),
        (PythonClassifier, {"factory": "net.py:make", "path": "b.pth"}, "Did you mean 'weights'"),
        (PythonClassifier, {"factory": "net.py:make", "checkpoint": "b.pth"}, "Did you mean 'weights'"),
        (TimmClassifier, {"model": "small", "weights": "b.pth"}, "Did you mean 'path'"),
        (HubClassifier, {"path": "b.pth"}, "Did you mean 'weights'"),
        (FeaturesOnly, {"weights": "b.npz"}, "Did you mean 'path'"),
        (TorchvisionClassifier, {"model": "resnet18", "path": "b.pth"}, 'own use `source = "checkpoint"`'),
        (TorchvisionClassifier, {"model": "resnet18", "classes": 3}, "bring their own classes"),
        (TorchvisionClassifier, {"model": "resnet18", "weihgts": "V1"}, "Did you mean 'weights'"),
    ],
)
def test_what_another_source_calls_otherwise_is_pointed_out(place, kind, table, said):
    with pytest.raises(InvalidSettingError, match=said):
        read(kind, table, place)


def test_what_torchvision_raises_keeps_its_words():
    with pytest.raises(
        InvalidDataError, match=r"torchvision to build vit_b_16 with -1 classes but .* raised"
    ):
        checkpoint_model("vit_b_16", -1, {})


@pytest.mark.usefixtures("place")
def test_a_download_that_fails_says_why(monkeypatch):
    def refuse(*_):
        raise OSError("name or service not known")

    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)
    with pytest.raises(
        InvalidDataError, match=r"to download https://x.org/w.pth but .*OSError: name or service"
    ):
        download("https://x.org/w.pth")


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


@pytest.mark.parametrize("auxiliary", [True, False])
def test_inception_out_of_a_lightning_checkpoint(place, tmp_path, auxiliary):
    model = architecture("inception_v3", num_classes=3, aux_logits=auxiliary, init_weights=False)
    state = {f"net.{key}": value for key, value in model.state_dict().items()}
    torch.save({"state_dict": {**state, "criterion.weight": torch.ones(3)}}, tmp_path / "last.ckpt")
    source = CheckpointClassifier("inception_v3", "last.ckpt", 3, TransformTable(80))
    assert source.missing(place) == ()
    assert_same(source.load(place), model, 80)


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
