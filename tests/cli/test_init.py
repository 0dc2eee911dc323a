"""`init` in an empty folder with small real images: what it writes runs, what it cannot use it says."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from opnp._utils.torchvision import import_torchvision
from opnp.cli.app import app
from opnp.experiments.sources.classifiers import CLASSIFIERS
from opnp.experiments.toml_file import read_experiment

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
NET = "shufflenet_v2_x0_5"  # the smallest of torchvision
GIVEN = ("--train", "pets", "--architecture", NET, "--checkpoint", "best.pth", "--ood", "birds")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Weights for two classes, as they would be after training."""
    file = tmp_path_factory.mktemp("weights") / "best.pth"
    torch.manual_seed(0)
    torch.save(import_torchvision().models.get_model(NET, num_classes=2).state_dict(), file)
    return file


@pytest.fixture(autouse=True)
def work(monkeypatch, tmp_path, weights):
    """A folder with training and test images of two classes, an OOD set and weights."""
    monkeypatch.undo()  # the toy experiments of this folder
    for name in ("OPNP_EXPERIMENTS", "OPNP_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("pets/train/cat", "pets/train/dog", "pets/val/cat", "pets/val/dog", "birds"):
        Path(name).mkdir(parents=True)
        for number in range(3):
            pixels = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(Path(name) / f"{number}.png")
    Path("best.pth").symlink_to(weights)
    return tmp_path


@pytest.fixture
def run(work):
    def invoke(*words, **more):
        return CliRunner().invoke(app, [*map(str, words), "--cache", str(work / "cache")], **more)

    return invoke


@pytest.fixture
def at_a_terminal(monkeypatch):
    for room in ("_init_answers", "init"):
        monkeypatch.setattr(f"opnp.cli.{room}.may_ask", lambda: True)


def test_what_it_writes_runs_as_it_is(run, said):
    written = run("init", "pets.toml", *GIVEN)
    assert written.exit_code == 0, written.output
    assert "Last layer: 1,024 features to 2 classes: cat, dog" in written.stdout
    assert "python -m opnp extract pets.toml\n" in written.stdout
    assert "app/main.py -- --experiment pets.toml\n" in written.stdout
    extracted = said(run("extract", "pets.toml", "--device", "cpu", "--json"))
    assert [row["rows"] for row in extracted["sets"]] == [6, 6, 3]
    evaluated = said(run("evaluate", "pets", "--device", "cpu", "--json"))  # its file lies here
    assert [row["set"] for row in evaluated["unpruned"]["report"]] == ["birds", "average"]


def test_the_file_is_what_a_person_would_write(run, work):
    assert run("init", *GIVEN, "--title", "Cats & dogs").exit_code == 0
    text = (work / "pets.toml").read_text()
    tables = tomllib.loads(text)
    assert tables["experiment"] == {"title": "Cats & dogs"}
    assert tables["classifier"] == {
        "source": "checkpoint",
        "model": NET,
        "path": "best.pth",
        "classes": ["cat", "dog"],
    }
    assert tables["id"]["test"] == {"source": "folder", "path": "pets/val"}
    assert tables["ood"] == [{"key": "birds", "title": "birds", "source": "folder", "path": "birds"}]
    transform = (
        "# [classifier.transform]" + text.partition("# [classifier.transform]")[2].partition("\n\n")[0]
    )
    uncommented = tomllib.loads(re.sub("(?m)^# ", "", transform))["classifier"]["transform"]
    assert set(uncommented) == {"resize", "crop", "mean", "std"}


def test_machines_are_told_what_was_understood(run, said):
    result = said(run("init", "a.toml", *GIVEN, "--json"))
    assert (result["file"], result["checked"], result["classes"]) == ("a.toml", True, ["cat", "dog"])
    refused = said(run("init", "a.toml", *GIVEN, "--json"), code=1)
    assert refused["kind"] == "InvalidSettingError"


def test_a_model_of_other_classes_is_refused_unless_nobody_looks(run, work, complains):
    three = ("--classes", "cat, dog, hen")
    complains(run("init", "a.toml", *GIVEN, *three), 1, "fc.weight (2, 1024) instead of (3, 1024)")
    assert [path.name for path in work.glob("*.toml")] == []
    unseen = run("init", "a.toml", *GIVEN, *three, "--no-check")
    assert unseen.exit_code == 0
    assert "The model was not looked at." in unseen.stdout
    assert tomllib.loads((work / "a.toml").read_text())["classifier"]["classes"] == ["cat", "dog", "hen"]


def test_weights_that_are_cut_off_or_no_file_are_refused(run, work, complains, weights):
    (work / "torn.pth").write_bytes(weights.read_bytes()[:5000])
    (work / "folder.pth").mkdir()
    for name, says in (("torn.pth", "it is cut off"), ("folder.pth", "Expected")):
        given = (*GIVEN, "--source", "checkpoint", "--checkpoint", name)
        complains(run("init", "a.toml", *given), 3, says)
    assert not list(work.glob("*.toml"))


@pytest.mark.parametrize(("given", "written"), [("2", 2), ("names.txt", "names.txt")])
def test_classes_are_a_number_or_a_file_too(run, work, given, written):
    (work / "names.txt").write_text("dog\ncat\n")
    assert run("init", "a.toml", *GIVEN, "--classes", given).exit_code == 0
    assert tomllib.loads((work / "a.toml").read_text())["classifier"]["classes"] == written


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["a.toml"], "Expected `--train`"),
        (["a.toml", "--train", "pets"], "Expected `--architecture`"),
        (["a.toml", "--train", "pets/train/cat", "--architecture", NET], "Expected `--test`"),
        (["a.toml", "--train", "nowhere", "--architecture", NET], "'nowhere' is not there"),
        (["a.toml", "--train", "best.pth", "--architecture", NET], "'best.pth' is a file"),
        (["a.toml", *GIVEN, "--ood", "pets.txt"], "'pets.txt' is not there"),
        (["a.toml", "--train", "pets", "--checkpoint", "best.pth"], "the `model` of the source 'checkpoint'"),
        (["a.toml", *GIVEN[:-4], "--checkpoint", "gone.pth"], "'gone.pth' is not there"),
        (["a.toml", *GIVEN, "--architecture", "resnet81"], "Did you mean 'resnet18'?"),
        (["a.toml", "--train", "pets", "--architecture", "net.py:make"], "'net.py' is not there"),
        (["a.toml", *GIVEN, "--source", "keras"], "Expected `--source` to be one of"),
        (["a.toml", *GIVEN, "--source", "python"], "Expected `factory`"),
        (["a.toml", *GIVEN, "--source", "torchvision", "--classes", "2"], "no place for it"),
        (["--source", "features", "--architecture", NET], "Expected `--checkpoint` to be a file"),
        (["a.toml", "--source", "features", "--checkpoint", "pets"], "Expected"),
        (["a.toml", "--checkpoint", "text.npz"], "Expected"),
        (["pets", *GIVEN], "to end in .toml"),
        (["cifar10.toml", *GIVEN], "comes with opnp"),
        (["best.pth/a.toml", *GIVEN], "the disk says"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(run, work, complains, words, says):
    (work / "text.npz").write_text("no arrays")
    complains(run("init", *words), 1, says)
    assert not list(work.glob("*.toml"))
    assert not list(work.glob("*.tmp"))


def test_a_file_that_is_there_stays_unless_forced(run, work, complains):
    (work / "a.toml").write_text("mine")
    complains(run("init", "a.toml", *GIVEN), 1, "replace it with `--force`")
    assert (work / "a.toml").read_text() == "mine"
    assert run("init", "a.toml", *GIVEN, "--force").exit_code == 0
    assert read_experiment(work / "a.toml").title == "pets"


def test_names_that_are_no_text_are_refused(run, work, complains):
    (work / "birds").rename(work / "b\udce9")
    complains(run("init", "a.toml", *GIVEN[:-1], "b\udce9"), 1, "to be text in UTF-8")
    assert not list(work.glob("*.toml"))


def test_published_weights_are_left_to_download(run, work):
    result = run("init", "new/a.toml", "--train", "pets", "--architecture", NET)
    assert result.exit_code == 0, result.output
    assert "python -m opnp download new/a.toml\n" in result.stdout
    assert "generated noise and textures stand in" in result.stderr
    assert tomllib.loads((work / "new" / "a.toml").read_text())["classifier"]["source"] == "torchvision"


def test_a_factory_of_ones_own(run, work):
    (work / "net.py").write_text(
        "import torch\n"
        "def make():\n"
        "    torch.manual_seed(0)\n"
        "    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(768, 4), torch.nn.ReLU(),\n"
        "                              torch.nn.Linear(4, 2))\n"
        "    return net, lambda image: torch.tensor(list(image.tobytes())).float().view(3, 16, 16) / 255\n"
    )
    result = run("init", "a.toml", "--train", "pets", "--architecture", "net.py:make", "--ood", "birds")
    assert result.exit_code == 0, result.output
    table = tomllib.loads((work / "a.toml").read_text())["classifier"]
    assert table == {"source": "python", "factory": "net.py:make"}


def test_features_name_their_own_sets(run, work):
    rng = np.random.default_rng(0)
    arrays = {name: rng.random((6, 4)) for name in ("id_train", "id_test", "ood_far", "ood_near")}
    labels = {"id_test_labels": np.array([0, 1] * 3), "head_weight": rng.random((2, 4))}
    np.savez("last.npz", **{f"{name}_features": array for name, array in arrays.items()}, **labels)
    result = run("init", "--checkpoint", "last.npz")
    assert result.exit_code == 0, result.output
    assert [images.key for images in read_experiment(work / "last.toml").ood] == ["far", "near"]


@pytest.mark.usefixtures("at_a_terminal")
def test_it_asks_until_the_answers_can_be_used(run, work):
    answers = ["nowhere", "best.pth", "pets", "gone.pth", "best.pth", NET, "pets/none", "birds", ""]
    result = run("init", "a.toml", input="".join(f"{answer}\n" for answer in answers))
    assert result.exit_code == 0, result.output
    for words in ("'nowhere' is not there", "'best.pth' is a file", "'gone.pth' is not there"):
        assert words in result.stderr
    assert [images.key for images in read_experiment(work / "a.toml").sets] == ["train", "test", "birds"]


@pytest.mark.usefixtures("at_a_terminal")
def test_no_answer_ends_it(run, work, complains):
    complains(run("init", "a.toml", input="pets\n"), 130, "Stopped. Nothing was written.")
    assert not list(work.glob("*.toml"))


@pytest.mark.usefixtures("at_a_terminal")
def test_answers_that_do_not_fit_can_be_given_again_without_questions(run, complains):
    result = run("init", "a.toml", "--classes", "3", input=f"pets\nbest.pth\n{NET}\nbirds\n\n")
    complains(result, 1, "instead of (3, 1024)")
    model = f"--architecture {NET} --checkpoint best.pth --classes 3"
    said = f"python -m opnp init a.toml --train pets/train --test pets/val {model} --ood birds\n"
    assert said in result.stderr


def test_no_terminal_no_questions(run, complains):
    complains(run("init", "a.toml", input="pets\n"), 1, "Expected `--train`")


def test_every_source_but_one_can_be_chosen(run):
    text = run("init", "--help").stdout
    for name in CLASSIFIERS:
        assert (name in text) == (name != "torch.hub")
