import pytest

from opnp.errors import InvalidSettingError
from opnp.experiments.toml_file import read_experiment

GOOD = """
[experiment]
key = "cats"
title = "Cats"

[classifier]
source = "checkpoint"
model = "resnet18"
path = "best.pth"
classes = 3

[id.train]
source = "folder"
path = "train"

[id.test]
source = "folder"
path = "test"

[[ood]]
key = "dogs"
source = "folder"
path = "dogs"
"""


@pytest.fixture
def refusal(tmp_path):
    """What is said of GOOD with some text in place of another."""

    def refuse(old: str, new: str) -> str:
        assert old in GOOD
        file = tmp_path / "cats.toml"
        file.write_text(GOOD.replace(old, new))
        with pytest.raises(InvalidSettingError) as caught:
            read_experiment(file)
        assert str(tmp_path) not in str(caught.value)
        return str(caught.value)

    return refuse


def test_a_file_is_read_without_loading_anything(tmp_path):
    file = tmp_path / "cats.toml"
    file.write_text(GOOD)
    experiment = read_experiment(file)
    assert (experiment.key, experiment.title, experiment.accepts_images) == ("cats", "Cats", True)
    assert [(images.key, images.title) for images in experiment.sets] == [
        ("train", "ID train"),
        ("test", "ID test"),
        ("dogs", "dogs"),
    ]
    assert len(experiment.missing()) == 4
    assert experiment.examples() == []


def test_the_key_is_the_files_name_by_default(tmp_path):
    file = tmp_path / "my-cats.toml"
    file.write_text(GOOD.replace('key = "cats"', ""))
    assert read_experiment(file).key == "my-cats"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[experiment]",
            "[experimant]",
            (
                "Expected `experimant` in the top level of cats.toml to be one of the keys 'experiment', "
                "'classifier', "
                "'id', 'ood' but got that key. Did you mean 'experiment'?"
            ),
        ),
        (
            'title = "Cats"',
            'titel = "Cats"',
            (
                "Expected `titel` in [experiment] of cats.toml to be one of the keys 'title', 'key', "
                "'description' but "
                "got that key. Did you mean 'title'?"
            ),
        ),
        (
            'title = "Cats"',
            "",
            "Expected `title` in [experiment] of cats.toml to be text but got nothing. Add `title = ...`",
        ),
        (
            'title = "Cats"',
            "title = 3",
            "Expected `title` in [experiment] of cats.toml to be text but got 3.",
        ),
        (
            'key = "cats"',
            'key = "My Cats"',
            "Expected `key` in [experiment] of cats.toml to be 1 to 64 of a-z, 0-9, - and _ but got 'My",
        ),
        (
            'source = "checkpoint"',
            'source = "chekpoint"',
            (
                "Expected `source` in [classifier] of cats.toml to be one of 'torchvision', 'checkpoint', "
                "'python', 'torch.hub', 'huggingface', 'timm', 'features' but got 'chekpoint'. Did you mean "
                "'checkpoint'?"
            ),
        ),
        (
            "classes = 3",
            "clases = 3",
            (
                "Expected `clases` in [classifier] of cats.toml to be one of the keys 'model', 'path', "
                "'classes', "
                "'transform', 'source', 'link' but got that key. Did you mean 'classes'?"
            ),
        ),
        (
            "classes = 3",
            "classes = true",
            (
                "Expected `classes` in [classifier] of cats.toml to be a whole number or text or a list "
                "of text but got True."
            ),
        ),
        (
            "classes = 3",
            "classes = 3\ntransform = {resize = 3, croop = 3}",
            "Expected `croop` in [classifier.transform] of cats.toml to be one of the keys 'resize', 'crop'",
        ),
        (
            'source = "folder"\npath = "train"',
            'path = "train"',
            "Expected `source` in [id.train] of cats.toml",
        ),
        (
            'path = "train"',
            'path = "train"\nsubset = "ten"',
            "Expected `subset` in [id.train] of cats.toml to be a whole number or a number but got 'ten'.",
        ),
        (
            'path = "train"',
            'path = "train"\nseed = -1',
            "Expected `seed` in [id.train] of cats.toml to be at least 0",
        ),
        (
            'path = "train"',
            'path = "train"\nkey = "t"',
            "Expected `key` in [id.train] of cats.toml to be left out",
        ),
        (
            "[id.test]",
            "[id.tset]",
            "Expected `tset` in [id] of cats.toml to be one of the keys 'train', 'test'",
        ),
        (
            '[id.test]\nsource = "folder"\npath = "test"',
            "",
            "Expected a table [id.test] in cats.toml but got nothing",
        ),
        (
            'source = "folder"\npath = "dogs"',
            'source = "foldr"\npath = "dogs"',
            (
                "Expected `source` in [[ood]] dogs of cats.toml to be one of 'folder', 'list', "
                "'torchvision', 'huggingface', 'generated', 'fashion-mnist', 'features' but got 'foldr'. Did "
                "you mean 'folder'?"
            ),
        ),
        (
            'source = "folder"\npath = "dogs"',
            'source = "features"\npath = "dogs"',
            (
                "Expected `source` in [[ood]] dogs of cats.toml to be 'features' for all sets and the "
                "classifier, or for "
                "none but got 'features'. Features and images cannot be mixed."
            ),
        ),
        (
            'key = "dogs"',
            "",
            "Expected `key` in [[ood]] number 1 of cats.toml to be a short name but got nothing.",
        ),
        (
            'key = "dogs"',
            'key = "test"',
            "Expected `key` in [[ood]] number 1 of cats.toml to be a name of its own",
        ),
        ("[[ood]]", "[ood]", "Expected at least one table [[ood]] in cats.toml"),
        (
            "classes = 3",
            "classes = ",
            "Expected cats.toml to be a TOML file that can be read but got: Invalid value",
        ),
    ],
)
def test_each_mistake_is_named_with_file_key_and_remedy(refusal, old, new, said):
    assert refusal(old, new).startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"Cats"',
            r'"a\u001b[31mb"',
            "`title` in cats.toml to be text but got the control character U+001B in it",
        ),
        (
            '"train"',
            r'"a\u009b31m"',
            "`path` in cats.toml to be text but got the control character U+009B in it",
        ),
        (
            'key = "dogs"',
            r'key = "dogs\r"',
            "`key` in cats.toml to be text but got the control character U+000D",
        ),
        (
            '"dogs"\nsource',
            '"dogs"\ntags = ["\\u0007"]\nsource',
            "the control character U+0007 in it. Take it out.",
        ),
        ("classes =", '"a\\u001b[2Jb" = 1\nclasses =', r"`a\x1b[2Jb` in cats.toml to be a key"),
    ],
)
def test_what_steers_a_terminal_is_refused_where_it_enters(refusal, old, new, said):
    answer = refusal(old, new)
    assert said in answer
    assert answer.isprintable()


def test_a_title_is_one_line(tmp_path):
    file = tmp_path / "cats.toml"
    file.write_text(
        GOOD.replace('"Cats"', r'"Cats\n and more"').replace(
            'key = "dogs"', 'key = "dogs"\ntitle = "a\\n\\tb"'
        )
    )
    experiment = read_experiment(file)
    assert (experiment.title, experiment.ood[0].title) == ("Cats and more", "a b")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InvalidSettingError, match=r"Expected gone.toml to be a TOML file .* no such file"):
        read_experiment(tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("where", "found"), [("beside", "beside"), ("data", "data"), ("both", "beside"), ("absolute", "absolute")]
)
def test_paths_start_beside_the_file_then_in_the_data_folder(tmp_path, monkeypatch, where, found):
    from PIL import Image

    data, beside = tmp_path / "data", tmp_path / "files"
    monkeypatch.setenv("OPNP_DATA", str(data))
    path = tmp_path / "absolute" / "dogs"
    sizes = {"beside": 3, "data": 4, "absolute": 5}
    for name, folder in (("beside", beside / "dogs"), ("data", data / "dogs"), ("absolute", path)):
        if where in (name, "both"):
            folder.mkdir(parents=True)
            Image.new("L", (sizes[name], 9)).save(folder / "dog.png")
    beside.mkdir(exist_ok=True)
    file = beside / "cats.toml"
    file.write_text(GOOD.replace('path = "dogs"', f'path = "{path if where == "absolute" else "dogs"}"'))
    image, _ = read_experiment(file).ood[0].open()[0]
    assert image.width == sizes[found]
