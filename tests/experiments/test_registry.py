import os
import re

import pytest

from opnp.data.role import Role
from opnp.errors import InvalidSettingError, MissingDataError
from opnp.experiments.registry import list_experiments, load_experiment

FILE = """
[experiment]
key = "{key}"
title = "{key}"

[classifier]
source = "torchvision"
model = "resnet18"

[id]
train = {{ source = "folder", path = "a" }}
test = {{ source = "folder", path = "b" }}

[[ood]]
key = "c"
source = "generated"
name = "noise"
"""
OPENOOD = ["openood-cifar10", "openood-cifar100", "openood-imagenet", "openood-imagenet200"]
SHIPPED = ["cifar10", "cifar100", "imagenet-resnet50", "imagenet-vit-b16", *OPENOOD]
STANDARD = ["fashion", "fashion-full", *SHIPPED]


@pytest.fixture(autouse=True)
def _nothing_here(monkeypatch, tmp_path):
    monkeypatch.setenv("OPNP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.delenv("OPNP_EXPERIMENTS", raising=False)


@pytest.fixture
def offer(monkeypatch, tmp_path):
    """Write files of these names and texts and offer them, in this order."""

    def write(**files):
        paths = []
        for name, text in files.items():
            paths.append(tmp_path / f"{name}.toml")
            if text is not None:
                paths[-1].write_text(text)
        monkeypatch.setenv("OPNP_EXPERIMENTS", os.pathsep.join(map(str, paths)))
        return {experiment.key: experiment for experiment in list_experiments()}

    return write


def test_the_embedded_one_comes_first_then_the_shipped_ones():
    keys = [experiment.key for experiment in list_experiments()]
    assert keys[0] == "fashion"
    assert keys[-len(SHIPPED) :] == SHIPPED


def test_the_full_fashion_mnist_is_listed_where_it_is_not_installed(monkeypatch):
    monkeypatch.setattr("opnp.experiments.builtin.fashion_full.is_installed", lambda: False)
    (thing,) = load_experiment("fashion-full").missing()
    assert thing.what == "Expected Debian's Fashion-MNIST but the package is not installed."
    assert load_experiment("fashion").missing() == ()


def test_files_and_folders_are_offered_each_once(offer, monkeypatch, tmp_path):
    offer(one=FILE.format(key="one"), two=FILE.format(key="two"))
    monkeypatch.setenv("OPNP_EXPERIMENTS", os.pathsep.join([str(tmp_path), str(tmp_path / "one.toml")]))
    assert [experiment.key for experiment in list_experiments()][-2:] == ["one", "two"]
    assert load_experiment("two").title == "two"


def test_a_broken_file_is_listed_with_its_error_beside_the_others(offer):
    found = offer(bad='[experiment]\ntitel = "x"', good=FILE.format(key="good"))
    assert "good" in found
    (thing,) = found["bad"].missing()
    assert thing.what.startswith("Expected `titel` in [experiment] of bad.toml to be one of the keys 'title'")
    with pytest.raises(InvalidSettingError, match="Did you mean 'title'"):
        load_experiment("bad").classifier()
    with pytest.raises(InvalidSettingError, match="Did you mean 'title'"):
        load_experiment("bad").id_test.open()


def test_a_name_that_does_not_exist_is_said_where_it_is_listed(offer):
    wrong = FILE.format(key="wrong").replace("resnet18", "resnet19").replace('"noise"', '"noice"')
    model, images = (
        thing.what for thing in offer(wrong=wrong)["wrong"].missing() if "folder" not in thing.what
    )
    assert "Did you mean 'resnet18'?" in model
    assert "Did you mean 'noise'?" in images
    assert not offer(wrong=wrong)["wrong"].at_hand()


ODD = {
    "deep": b"a = " + b"[" * 5000 + b"]" * 5000,
    "endless": b"a = " + b"9" * 5000,
    "hexadecimal": FILE.format(key="x").encode() + b"seed = 0x" + b"f" * 5000,
    "zero": FILE.format(key="zero").encode().replace(b'"a"', b'"a\\u0000"'),
    "home": FILE.format(key="home").encode().replace(b'"a"', b'"~nobody-at-all/a"'),
    "longname": FILE.format(key="longname").encode().replace(b'"a"', b'"' + b"a" * 5000 + b'"'),
    "nothing": b"",
    "binary": bytes(range(256)),
    "latin": FILE.format(key="x").replace('title = "x"', 'title = "ä"').encode("latin-1"),
    "zeros": b"\0" * 100,
    "text": b"hello",
    "numbers": b"experiment = 1\nclassifier = 2\nid = 3\nood = 4",
    "subset": FILE.format(key="subset").encode() + b"subset = nan",
    "infinite": FILE.format(key="infinite").encode() + b"subset = inf",
    "share": FILE.format(key="share").encode() + b"subset = 1.5",
    "count": FILE.format(key="count").encode() + b"count = 1000000000000",
    "size": FILE.format(key="size").encode() + b"size = 100000",
    "boolean": FILE.format(key="boolean").encode() + b"seed = true",
    "average": FILE.format(key="average-set").encode().replace(b'key = "c"', b'key = "average"'),
    "empty": FILE.format(key="empty").encode().replace(b'path = "a"', b'path = ""'),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_one_sentence_and_takes_nothing_else_down(monkeypatch, tmp_path, name):
    for file, data in ((name, ODD[name]), ("good", FILE.format(key="good").encode())):
        (tmp_path / f"{file}.toml").write_bytes(data)
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(tmp_path))
    found = {experiment.key: experiment for experiment in list_experiments()}
    assert len(found["good"].missing()) == 3
    (odd,) = (experiment for key, experiment in found.items() if key not in (*STANDARD, "good"))
    said = " ".join(thing.what for thing in odd.missing())
    assert "Expected " in said
    assert len(said) < 1200
    assert str(tmp_path) not in said
    assert not odd.at_hand()
    for thing in map(str, odd.missing()):
        assert "  " not in thing
        assert len(re.findall(r"\bMend\b|\bAdd\b|\bFill\b|\bTake\b|\bSave\b", thing)) <= 1, thing


def test_a_wrong_value_says_once_what_to_do(offer):
    (thing,) = offer(wrong=FILE.format(key="wrong") + "subset = 0")["wrong"].missing()
    assert (thing.remedy, str(thing)) == ("", thing.what)
    assert thing.what.endswith("but got 0. Leave it out for all images.")
    (thing,) = offer(wrong=FILE.format(key="wrong") + "seed = -1")["wrong"].missing()
    assert str(thing).endswith("but got -1. Mend it there.")


def test_what_is_no_file_is_listed_too(monkeypatch, tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    places = (tmp_path, "~nobody-at-all/x.toml", "x" * 5000)
    monkeypatch.setenv("OPNP_EXPERIMENTS", os.pathsep.join(map(str, places)))
    odd = [experiment for experiment in list_experiments() if experiment.key not in STANDARD]
    assert len(odd) == 5
    assert all("to be a TOML file that can be read" in thing.what for one in odd for thing in one.missing())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_file_with_a_byte_order_mark_is_read(monkeypatch, tmp_path, encoding):
    (tmp_path / "windows.toml").write_text(
        FILE.format(key="windows").replace("\n", "\r\n"), encoding=encoding
    )
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(tmp_path))
    assert load_experiment("windows").title == "windows"


def test_experiments_of_one_title_are_told_apart(offer):
    same = {key: FILE.format(key=key).replace(f'title = "{key}"', 'title = "Same"') for key in ("one", "two")}
    found = offer(**same)
    assert (found["one"].title, found["two"].title) == ("Same (one)", "Same (two)")


def test_a_key_that_is_made_of_the_files_name_is_said(monkeypatch, tmp_path):
    (tmp_path / "My Cats.toml").write_text(FILE.format(key="x").replace('key = "x"', ""))
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(tmp_path))
    assert load_experiment("my-cats").notes == ("Its key 'my-cats' is made of its file's name.",)
    with pytest.raises(InvalidSettingError, match=r"but got 'My-Cats'. Did you mean 'my-cats'\?"):
        load_experiment("My-Cats")


def test_a_file_that_is_not_there_is_listed_too(offer):
    (thing,) = offer(gone=None)["gone"].missing()
    assert (
        "Expected gone.toml to be a TOML file that can be read but got: no such file. Check its path."
        in thing.what
    )


def test_a_key_that_two_files_claim_is_an_error_that_names_both(offer, tmp_path):
    found = offer(first=FILE.format(key="same"), second=FILE.format(key="same"))
    (thing,) = found["same"].missing()
    folder = tmp_path.name
    assert f"'same' is that of {folder}/first.toml and of {folder}/second.toml" in thing.what
    with pytest.raises(InvalidSettingError, match="Change `key`"):
        load_experiment("same").classifier()


def test_a_file_cannot_take_the_embedded_key(offer):
    (thing,) = offer(mine=FILE.format(key="fashion"))["fashion"].missing()
    assert "that of the embedded experiments and of" in thing.what


def test_an_unknown_key_names_those_there_are():
    with pytest.raises(
        InvalidSettingError, match=r"one of 'fashion', .*'openood-imagenet200' but got '/etc/x.toml'"
    ):
        load_experiment("/etc/x.toml")


@pytest.mark.parametrize("key", SHIPPED)
def test_shipped_experiments_say_what_they_miss_and_how_to_get_it(key):
    experiment = load_experiment(key)
    missing = experiment.missing()
    assert len(missing) >= len(experiment.ood) + 2
    for thing in missing:
        assert thing.what.startswith("Expected ")
        assert "http" in thing.remedy or f"`python -m opnp download {key}`" in thing.remedy
    with pytest.raises(MissingDataError, match="Expected"):
        experiment.classifier()
    for images in experiment.sets:
        with pytest.raises(MissingDataError) as caught:
            images.open()
        assert images.missing()[0].what in str(caught.value)
        assert images.missing()[0].remedy in str(caught.value)


def test_shipped_experiments_are_the_usual_ones():
    small = ["svhn", "textures", "places365", "lsun-c", "lsun-r", "isun"]
    assert [images.key for images in load_experiment("cifar100").ood] == small
    large = ["inaturalist", "sun", "places", "textures"]
    assert [images.key for images in load_experiment("imagenet-vit-b16").ood] == large


NEAR_FAR = {
    "openood-cifar10": (["cifar100", "tin"], ["mnist", "svhn", "texture", "places365"]),
    "openood-cifar100": (["cifar10", "tin"], ["mnist", "svhn", "texture", "places365"]),
    "openood-imagenet": (["ssb_hard", "ninco"], ["inaturalist", "textures", "openimage_o"]),
    "openood-imagenet200": (["ssb_hard", "ninco"], ["inaturalist", "textures", "openimage_o"]),
}


@pytest.mark.parametrize("key", OPENOOD)
def test_openoods_benchmarks_tune_on_its_validation_set_and_report_on_whole_test_sets(key):
    experiment = load_experiment(key)
    validation, *tested = experiment.ood
    assert (validation.role, validation.group, validation.key[-4:]) == (Role.TUNE, "", "-val")
    assert {images.role for images in tested} == {Role.REPORT}
    groups = [[images.key for images in tested if images.group == group] for group in ("near", "far")]
    assert tuple(groups) == NEAR_FAR[key]
    shifted = ["imagenet_v2", "imagenet_c", "imagenet_r"] if "imagenet" in key else []
    assert [images.key for images in experiment.shifted] == shifted
