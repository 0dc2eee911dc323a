import os
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from opnp.cli._init_folders import id_tables, image_folder, ood_beside, ood_tables, split_of, written_path
from opnp.errors import InvalidSettingError
from opnp.experiments.new_file import TableDraft, experiment_text

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Make folders with an image in each, and work where they lie."""
    monkeypatch.chdir(tmp_path)

    def folders(*names):
        for name in names:
            Path(name).mkdir(parents=True)
            Image.new("RGB", (4, 4)).save(Path(name) / "a.png")

    return folders


@pytest.mark.parametrize(
    ("there", "named", "train", "test"),
    [
        (["pets/train", "pets/test", "pets/val"], "pets", "pets/train", "pets/test"),
        (["pets/Train", "pets/Validation"], "pets", "pets/Train", "pets/Validation"),
        (["pets/train", "pets/val"], "pets/train", "pets/train", "pets/val"),
        (["pets/cat", "pets/dog"], "pets", "pets", None),
        (["pets/train/cat"], "pets", "pets", None),
        (["pets", "test"], "pets", "pets", None),
    ],
)
def test_training_and_test_images_are_found(make, there, named, train, test):
    make(*there)
    assert split_of(Path(named)) == (Path(train), None if test is None else Path(test))


def test_beside_the_folder_that_one_is_in(make, monkeypatch):
    make("pets/train", "pets/test")
    monkeypatch.chdir("pets/train")
    train, test = split_of(Path())
    assert (train, test.resolve().name) == (Path(), "test")


def test_sets_in_a_folder_called_ood_are_found(make):
    make("pets/train/cat", "pets/ood/birds", "pets/ood/cars")
    Path("pets/ood/empty").mkdir()
    assert [path.name for path in ood_beside(Path("pets/train"))] == ["birds", "cars"]
    make("plain/cat", "plain/ood")
    assert ood_beside(Path("plain")) == [Path("plain/ood")]
    make("none/cat")
    assert ood_beside(Path("none/cat")) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "an empty name"),
        ("nowhere", "is not there"),
        ("file.txt", "is a file"),
        ("hollow", "no file ends like one"),
        ("~nobody-of-that-name/x", "no name that this machine can have"),
        ("x" * 5000, "File name too long"),
        ("a\0b", "is not there"),
    ],
)
def test_what_is_no_folder_of_images_is_said(make, name, words):
    make("pets")
    Path("file.txt").write_text("")
    Path("hollow").mkdir()
    with pytest.raises(InvalidSettingError, match=words) as raised:
        image_folder("--ood", name)
    assert "Expected `--ood` to be a folder of images" in str(raised.value)


@pytest.mark.parametrize(
    "name", ["a \"b\" 'c'", "back\\slash", "two\nlines", "tab\tété 猫", "#[ood]", "~", "~root", "percent%20"]
)
def test_a_folder_of_any_name_is_found_again(make, name, tmp_path):
    make(name)
    file = tmp_path / "new.toml"
    [draft] = ood_tables([Path(name)], file)
    text = experiment_text("a", TableDraft({"source": "features", "path": "b"}), {}, [draft])
    [table] = tomllib.loads(text)["ood"]
    written = Path(table["path"]).expanduser()
    assert os.path.realpath(tmp_path / written) == os.path.realpath(name)
    assert "\n" not in table["title"]


def test_paths_start_from_the_experiment_file(make, tmp_path):
    make("pets/train", "sets/birds")
    assert written_path(Path("pets/train"), tmp_path / "new.toml") == "pets/train"
    assert written_path(Path("sets/birds"), tmp_path / "pets" / "new.toml") == "../sets/birds"
    assert written_path(Path("pets"), Path("/nowhere/new.toml")) == str(tmp_path / "pets")
    Path("linked").symlink_to(tmp_path / "pets")
    assert written_path(Path("pets/train"), Path("linked/new.toml")) == "train"


def test_keys_of_ood_sets_differ_and_take_no_reserved_name(make, tmp_path):
    make("a/train", "b/train", "a/Été", "Average", "b/x", "c/x", "d/x")
    folders = [Path(name) for name in ("a/train", "b/train", "a/Été", "Average", "b/x", "c/x", "d/x")]
    keys = [draft.table["key"] for draft in ood_tables(folders, tmp_path / "new.toml")]
    assert keys == ["ood-train", "ood-train-2", "t", "ood-average", "x", "x-2", "x-3"]


def test_without_ood_images_generated_ones_stand_in(make, tmp_path):
    make("pets/train", "pets/test")
    tables = [draft.table for draft in ood_tables([], tmp_path / "new.toml")]
    assert [(table["key"], table["source"]) for table in tables] == [
        ("noise", "generated"),
        ("textures", "generated"),
    ]
    id_sets = id_tables(Path("pets/train"), Path("pets/test"), tmp_path / "new.toml")
    assert [draft.table["path"] for draft in id_sets.values()] == ["pets/train", "pets/test"]
