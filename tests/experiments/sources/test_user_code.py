"""Classifiers from Python code: a function of one's own, torch.hub, timm; nothing is downloaded."""

import sys
import types

import pytest
import torch
from made_up import NET_FILE, net
from PIL import Image
from source_toys import SMALL, assert_same
from torch import nn

from opnp.errors import (
    InvalidDataError,
    InvalidSettingError,
    MissingDataError,
    OpnpError,
)
from opnp.experiments.sources.classifiers.hub import HubClassifier
from opnp.experiments.sources.classifiers.python import PythonClassifier
from opnp.experiments.sources.classifiers.timm import TimmClassifier


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
        (
            "net.py:broken",
            r"`net.py:broken` to run but `net.py`, line 22 .*, raised RuntimeError: place. Mend",
        ),
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


@pytest.mark.parametrize(("classes", "said"), [(4, "to be 3, the number .* but got 4"), (-3, "got -3")])
def test_another_number_of_classes_than_of_logits_is_refused(place, tmp_path, classes, said):
    torch.save(net().state_dict(), tmp_path / "w.pth")
    with pytest.raises(InvalidSettingError, match=said):
        PythonClassifier("net.py:make", "w.pth", classes, SMALL).load(place)


def test_a_class_that_steers_a_terminal_is_refused_in_its_file(place, tmp_path):
    (tmp_path / "names.txt").write_text("a\nb\x1b[31m\nc\n")
    with pytest.raises(InvalidDataError, match=r"`names.txt` to hold one name a line but .* U\+001B in one"):
        PythonClassifier("net.py:make", "", "names.txt", SMALL).load(place)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_classes_is_read_in_any_encoding_that_its_mark_names(place, tmp_path, encoding):
    torch.save(net().state_dict(), tmp_path / "w.pth")
    (tmp_path / "classes.txt").write_text("ä\nb\nc\n", encoding=encoding)
    source = PythonClassifier("net.py:make", "w.pth", "classes.txt", SMALL)
    assert source.load(place).class_names == ("ä", "b", "c")


def test_a_file_of_classes_in_another_encoding_is_refused(place, tmp_path):
    (tmp_path / "classes.txt").write_bytes("a\nä\nc\n".encode("latin-1"))
    with pytest.raises(InvalidDataError, match=r"`classes.txt` to be text in UTF-8 but line 2 is not"):
        PythonClassifier("net.py:make", "", "classes.txt", SMALL).load(place)


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
    with pytest.raises(InvalidSettingError, match=r"one of .*'small' but got 'large'"):
        HubClassifier("repo", "large", "w.pth", SMALL).load(place)


def test_a_repository_and_weights_that_are_not_here(place, monkeypatch):
    source = HubClassifier("somebody/nets:main", "small", "https://example.org/w-01234567.pt", SMALL)
    code, weights = source.missing(place)
    assert code.what == "Expected the code of somebody/nets:main in torch's cache but it is not there."
    assert weights.what == "Expected the weights `w-01234567.pt` in torch's cache but they are not there."
    assert code.remedy == weights.remedy == "Get it with `python -m opnp download mine`."
    with pytest.raises(MissingDataError, match="somebody/nets"):
        source.load(place)

    def offline(*_, **__):
        raise OSError("no route")

    monkeypatch.setattr("torch.hub.list", offline)
    with pytest.raises(
        InvalidDataError, match=r"download the code of somebody/nets:main but .* raised OSError: no route"
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
    assert [thing.remedy for thing in source.missing(place)] == ["Run `pip install 'opnp[timm]'`."]
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
    timm.list_models = lambda: ["small", "large"]
    timm.list_pretrained = lambda pattern: [pattern.replace("*", tag) for tag in ("a1_in1k", "a2_in1k")]
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
    with pytest.raises(MissingDataError, match=r"python -m opnp download mine"):
        source.load(place)
    assert pretend_timm == []
    source.fetch(place)
    assert pretend_timm == [("small", {"pretrained": True})]
    with pytest.raises(
        InvalidSettingError, match=r"to be a model of timm but got 'smal'. Did you mean 'small'\?"
    ):
        TimmClassifier("smal").missing(place)
    with pytest.raises(InvalidSettingError, match=r"but got 'smal'. Did you mean 'small'\?"):
        TimmClassifier("smal", "w.pth").missing(place)
    with pytest.raises(
        InvalidSettingError, match=r"timm's weights of small, .* Did you mean 'small.a1_in1k'\?"
    ):
        TimmClassifier("small.a1_in1").missing(place)


@pytest.mark.usefixtures("pretend_timm")
def test_what_timm_raises_keeps_its_words(place, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise TypeError("unexpected keyword 'num_klasses'")

    monkeypatch.setattr(sys.modules["timm"], "create_model", refuse)
    torch.save(net().state_dict(), tmp_path / "w.pth")
    for ask in (TimmClassifier("small", "w.pth").load, TimmClassifier("small").fetch):
        with pytest.raises(
            InvalidDataError, match=r"timm to .* raised TypeError: unexpected keyword 'num_klasses'"
        ):
            ask(place)


def test_the_net_of_the_tests_is_a_module():
    assert isinstance(net(), nn.Module)
