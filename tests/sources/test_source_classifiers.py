"""Each source of classifiers, end to end on small models, and the words of what can go wrong."""

import sys
import types

import pytest
import torch
from made_up import NET_FILE, net
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from opnp.errors import (
    InvalidDataError,
    InvalidSettingError,
    MissingDataError,
    OpnpError,
    UnsupportedModelError,
)
from opnp.sources.classifiers.checkpoint import CheckpointClassifier
from opnp.sources.classifiers.hub import HubClassifier
from opnp.sources.classifiers.python import PythonClassifier
from opnp.sources.classifiers.timm import TimmClassifier
from opnp.sources.classifiers.torchvision import TorchvisionClassifier, download
from opnp.sources.place import Place
from opnp.sources.transform import TransformTable
from opnp.sources.weights import hub_file
from opnp.torchvision_compat import import_torchvision

SMALL = TransformTable(resize=12)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (tmp_path / "net.py").write_text(NET_FILE)
    return Place(tmp_path / "mine.toml", "[classifier]", "mine")


def architecture(name, **options):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return import_torchvision().models.get_model(name, weights=None, **options).eval()


def assert_same(classifier, model, side):
    """The classifier's logits are the model's own."""
    image = Image.effect_noise((40, 50), 80).convert("RGB")
    batch = torch.stack([classifier.transform(image)] * 2)
    assert batch.shape[-1] == side
    logits = functional.linear(classifier.features(batch), classifier.weight, classifier.bias)
    with torch.no_grad():
        torch.testing.assert_close(logits, model(batch), rtol=1e-4, atol=1e-4)


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
    with pytest.raises(UnsupportedModelError, match="end in a convolution"):
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


# python


def test_a_function_in_a_file_and_in_a_package(place, tmp_path, monkeypatch):
    model = net().eval()
    torch.save(model.state_dict(), tmp_path / "w.pth")
    source = PythonClassifier("net.py:make", "w.pth", ("a", "b", "c"), SMALL)
    assert source.missing(place) == ()
    assert_same(source.load(place), model, 12)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert_same(PythonClassifier("net:make", "w.pth", 0, SMALL).load(place), model, 12)


def test_changed_code_is_another_model_for_the_cache(place, tmp_path):
    torch.save(net().state_dict(), tmp_path / "w.pth")
    source = PythonClassifier("net.py:make", "w.pth", 0, SMALL)
    before = source.load(place).transform_id
    (tmp_path / "net.py").write_text(NET_FILE + "\n# another version\n")
    assert source.load(place).transform_id != before


def test_a_function_may_give_its_own_transform(place, tmp_path):
    (tmp_path / "own.py").write_text(
        "from net import Net\nimport torch\n\ndef make():\n    return Net(), lambda image: torch.zeros(3, "
        "12, 12) + image.width\n"
    )
    classifier = PythonClassifier("own.py:make").load(place)
    assert float(classifier.transform(Image.new("L", (7, 1))).max()) == 7


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        ("net.py", "`package.module:function` or `path/file.py:function` but got 'net.py'"),
        ("net.py:made", "a function of net.py but got no function 'made'"),
        ("net.py:broken", "`net.py:broken` to run but it raised RuntimeError. The log has its trace"),
        ("net.py:wrong", "a function that gives a torch.nn.Module but got str. Return the model"),
        ("net.py:make", "`transform` in .classifier. of mine.toml to be a table but got nothing"),
        ("gone.py:make", "the file `gone.py` beside mine.toml"),
        ("no_such_package.net:make", "`no_such_package.net` to run but it raised ModuleNotFoundError"),
    ],
)
def test_what_can_be_wrong_with_a_function(place, factory, said):
    with pytest.raises(OpnpError, match=said) as caught:
        PythonClassifier(factory).load(place)
    assert "/secret" not in str(caught.value)


def test_code_that_is_missing_is_told_before_it_runs(place):
    whats = [thing.what for thing in PythonClassifier("gone.py:make", "gone.pth").missing(place)]
    assert ["`gone.py`" in whats[0], "`gone.pth`" in whats[1]] == [True, True]


# torch.hub


def test_a_folder_with_a_hubconf(place, tmp_path):
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "hubconf.py").write_text(
        NET_FILE + "\n\ndef small(pretrained=False):\n    assert not pretrained\n    return Net()\n"
    )
    model = net().eval()
    torch.save(model.state_dict(), tmp_path / "w.pth")
    source = HubClassifier("repo", "small", "w.pth", SMALL)
    assert source.missing(place) == ()
    assert_same(source.load(place), model, 12)
    with pytest.raises(InvalidDataError, match="`repo large` to run but it raised RuntimeError"):
        HubClassifier("repo", "large", "w.pth", SMALL).load(place)


def test_a_repository_and_weights_that_are_not_here(place, monkeypatch):
    source = HubClassifier("somebody/nets:main", "small", "https://example.org/w-01234567.pt", SMALL)
    code, weights = source.missing(place)
    assert code.what == "Expected the code of somebody/nets:main in torch's cache but it is not there."
    assert weights.what == "Expected the weights `w-01234567.pt` in torch's cache but they are not there."
    assert code.remedy == weights.remedy == "Get it with `python -m opnp.fetch mine`."
    with pytest.raises(MissingDataError, match="somebody/nets"):
        source.load(place)

    def offline(*_, **__):
        raise OSError("/secret")

    monkeypatch.setattr("torch.hub.list", offline)
    with pytest.raises(
        InvalidDataError, match="download the code of somebody/nets:main but it failed with OSError"
    ):
        source.fetch(place)


def test_a_fetched_repository_is_used_without_a_network(place, tmp_path, monkeypatch):
    def fetch_code(repo, *, trust_repo):
        assert (repo, trust_repo) == ("somebody/nets:main", True)
        folder = tmp_path / "torch" / "hub" / "somebody_nets_main"
        folder.mkdir(parents=True)
        (folder / "hubconf.py").write_text(NET_FILE)

    def fetch_weights(_url, path, _hash):
        torch.save(net().state_dict(), path)

    monkeypatch.setattr("torch.hub.list", fetch_code)
    monkeypatch.setattr("torch.hub.download_url_to_file", fetch_weights)
    source = HubClassifier("somebody/nets:main", "make", "https://example.org/w.pt", SMALL)
    source.fetch(place)
    assert source.missing(place) == ()
    assert source.load(place).weight.shape == (3, 20)


# timm


def test_without_timm_the_command_is_named(place, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    source = TimmClassifier("resnet50")
    assert [thing.remedy for thing in source.missing(place)] == ["Run `pip install timm`."]
    with pytest.raises(
        MissingDataError, match=r"Expected the package timm but it is not installed. Run `pip"
    ):
        source.load(place)


@pytest.fixture
def pretend_timm(monkeypatch):
    """Enough of timm to be called: what it is asked for, and a small net for every name."""
    asked = []

    def create_model(name, **options):
        asked.append((name, options))
        return net()

    def create_transform(size):
        return lambda _: torch.zeros(3, size, size)

    data = types.ModuleType("timm.data")
    data.resolve_data_config = lambda _config, model: {"size": 12} if model else {}
    data.create_transform = create_transform
    timm = types.ModuleType("timm")
    timm.__dict__.update(
        __version__="1.0", create_model=create_model, data=data, is_model=lambda n: n == "small"
    )
    timm.get_pretrained_cfg = lambda _: types.SimpleNamespace(hf_hub_id="timm/small")
    hub = types.ModuleType("huggingface_hub")
    hub.try_to_load_from_cache = lambda *_: None
    for name, module in {"timm": timm, "timm.data": data, "huggingface_hub": hub}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    return asked


def test_ones_own_weights_for_a_timm_model(place, tmp_path, pretend_timm):
    model = net().eval()
    torch.save(model.state_dict(), tmp_path / "w.pth")
    source = TimmClassifier("small", "w.pth", ("a", "b", "c"), SMALL)
    assert source.missing(place) == ()
    assert_same(source.load(place), model, 12)
    assert pretend_timm == [("small", {"pretrained": False, "num_classes": 3})]
    assert "size" in TimmClassifier("small", "w.pth").load(place).transform_id


def test_timms_published_weights_are_not_downloaded_unasked(place, pretend_timm):
    source = TimmClassifier("small")
    assert source.missing(place)[0].what.startswith("Expected the weights of timm's small in the cache")
    with pytest.raises(MissingDataError, match=r"python -m opnp.fetch mine"):
        source.load(place)
    assert pretend_timm == []
    source.fetch(place)
    assert pretend_timm == [("small", {"pretrained": True})]
    with pytest.raises(InvalidSettingError, match="to be a model of timm but got 'smal'"):
        TimmClassifier("smal").missing(place)


def test_the_net_of_the_tests_is_a_module():
    assert isinstance(net(), nn.Module)
