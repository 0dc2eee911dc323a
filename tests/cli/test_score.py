import contextlib
import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from opnp.cli._inputs import files_named
from opnp.config import UNPRUNED, Pruning
from opnp.errors import InvalidSettingError
from opnp.evaluation.splits import half_of
from opnp.inference.id_reference import id_reference
from opnp.metrics import tpr_threshold

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
NEURONS = ["--neurons", "30", "100"]


@pytest.fixture
def pictures(pictures):
    """The same with more files that are no images."""
    (pictures / "words.txt").write_text("no image either")
    (pictures / "empty.jpg").touch()
    (pictures / ".hidden.png").write_text("not even looked at")
    return pictures


def lines(result):
    assert result.exit_code == 0, result.output
    return {row["file"]: row for row in map(json.loads, result.stdout.splitlines())}


def test_a_folder_gives_the_same_numbers_as_the_set(run, pictures, explorer):
    rows = lines(run("score", "toy", pictures, *NEURONS, "--json"))
    assert len(rows) == 7
    for name, pruning in (("unpruned", UNPRUNED), ("pruned", Pruning(neurons=(30, 100)))):
        snapshot = explorer.at(pruning)
        for place, index in enumerate((0, 60, 120)):
            said = rows[str(pictures / f"in-{place}.png")][name]
            assert said["score"] == pytest.approx(float(snapshot.id_test.scores[index]), rel=1e-5)
            assert said["confidence"] == pytest.approx(float(snapshot.id_test.confidence[index]), rel=1e-5)
            predicted = int(snapshot.id_test.predicted[index])
            assert said["class"] == explorer.prepared.classifier.class_names[predicted]
            assert said["threshold"] == tpr_threshold(snapshot.id_test.scores[half_of(200, "tune")])
            assert said["accepted"] == (said["score"] >= said["threshold"])
            held_out = id_reference(snapshot.id_test.scores)
            at_most = (held_out <= said["score"] * (1 + 1e-6)).sum()
            assert said["p_value"] == pytest.approx((1 + at_most) / (len(held_out) + 1), abs=1.5 / 101)
    assert not rows[str(pictures / "deeper" / "out.png")]["unpruned"]["accepted"]
    assert rows[str(pictures / "in-0.png")]["unpruned"]["accepted"]


def test_what_is_no_image_is_skipped_and_counted_by_reason(run, pictures):
    result = run("score", "toy", pictures, "--json")
    skipped = {name: row["skipped"] for name, row in lines(result).items() if "skipped" in row}
    assert {name.rsplit("/", 1)[1] for name in skipped} == {"notes.png", "words.txt", "empty.jpg"}
    assert skipped[str(pictures / "empty.jpg")] == "is empty but expected an image"
    words = " ".join(result.stderr.split())
    assert "Skipped 3 of 7 files:" in words
    assert "notes.png and 1 more: is not an image that can be read here" in words
    assert "empty.jpg: is empty but expected an image" in words


def test_a_table_for_people(run, pictures):
    out = run("score", "toy", pictures / "in-0.png", pictures / "in-2.png", *NEURONS).stdout
    assert "Toy: neurons 30–100 % (activation)" in out
    assert "in-0.png" in out
    assert "north-east" in out
    assert "south-west" in out
    assert "→" in out
    assert "unpruned → pruned" in out
    plain = run("score", "toy", pictures / "in-0.png").stdout
    assert "nothing pruned" in plain
    assert "→" not in plain


def test_csv_has_a_line_an_image(run, pictures, tmp_path):
    path = tmp_path / "scores.csv"
    rows = lines(run("score", "toy", pictures, *NEURONS, "--csv", path, "--json"))
    about = json.loads((tmp_path / "scores.csv-metadata.json").read_text())
    assert about["scores"].startswith("energy, higher = more in-distribution")
    written = list(csv.DictReader(path.read_text().splitlines()))
    assert len(written) == 4
    for row in written:
        said = rows[row["file"]]
        assert float(row["score_pruned"]) == said["pruned"]["score"]
        assert row["class_unpruned"] == said["unpruned"]["class"]
        assert row["accepted_unpruned"] == str(said["unpruned"]["accepted"])


def test_more_images_than_a_step(run, pictures, monkeypatch):
    monkeypatch.setattr("opnp.cli.score_experiment.BATCH", 2)
    in_steps = lines(run("score", "toy", pictures, "--json"))
    monkeypatch.undo()
    assert len(in_steps) == 7


def test_names_mean_files_folders_and_patterns(pictures, monkeypatch):
    monkeypatch.chdir(pictures)
    assert [path.name for path in files_named(["in-*.png"])] == ["in-0.png", "in-1.png", "in-2.png"]
    assert [path.name for path in files_named(["**/out.png", "in-1.png"])] == ["out.png", "in-1.png"]
    assert [str(path) for path in files_named([f"{pictures}/in-[12].png", "in-0.png"])] == [
        str(pictures / "in-1.png"),
        str(pictures / "in-2.png"),
        "in-0.png",
    ]
    assert len(files_named([str(pictures), str(pictures / "in-0.png")])) == 7  # each once, hidden ones never
    assert [path.name for path in files_named([str(pictures / ".hidden.png")])] == [".hidden.png"]


def test_a_file_with_the_characters_of_a_pattern_is_that_file(tmp_path):
    (tmp_path / "a[1].png").touch()
    assert [path.name for path in files_named([str(tmp_path / "a[1].png")])] == ["a[1].png"]


def test_an_empty_folder_is_nothing_to_score(tmp_path):
    with pytest.raises(InvalidSettingError, match="a folder with files in it"):
        files_named([str(tmp_path)])


def test_a_name_cannot_write_to_the_terminal(run, pictures):
    name = pictures / "in-\x1b[2J[bold]x.png"
    (pictures / "in-0.png").rename(name)
    out = run("score", "toy", name).stdout
    assert "\x1b[2J" not in out
    assert "[bold]x.png" in out


def test_a_file_that_cannot_be_opened_is_skipped(run, pictures, monkeypatch):
    read_bytes = Path.read_bytes

    def refuse(path):
        if path.name == "in-1.png":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    rows = lines(run("score", "toy", pictures / "in-0.png", pictures / "in-1.png", "--json"))
    assert rows[str(pictures / "in-1.png")] == {
        "file": str(pictures / "in-1.png"),
        "skipped": "cannot be opened: Permission denied",
    }


def test_a_file_that_is_too_large_is_not_even_read(run, pictures, monkeypatch):
    monkeypatch.setattr("opnp.cli._inputs.MAX_BYTES", 100)
    (pictures / "in-1.png").write_bytes(bytes(3_000_000))
    monkeypatch.setattr(Path, "read_bytes", lambda path: (path.name != "in-1.png") and path.open("rb").read())
    rows = lines(run("score", "toy", pictures / "in-0.png", pictures / "in-1.png", "--json"))
    assert rows[str(pictures / "in-1.png")]["skipped"] == "has 3.0 MB but expected at most 0.0001 MB"


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ["toy", "nowhere.png"],
            1,
            "Expected 'nowhere.png' to be an image, a folder with files in it or a pat",
        ),
        (
            ["toy", "*.jpeg"],
            1,
            "but there is no such file. Check the spelling and the folder that you are in.",
        ),
        (["toy", "~nobody-of-this-name/x.png"], 1, "but there is no such file."),
        (["toy", "a" * 300], 1, "but there is no such file."),
        (["nothing", "pictures"], 1, "Expected `experiment` to be one of 'toy', 'gone'"),
        (["gone", "pictures"], 3, "Get them with `python -m gone`."),
        (
            ["numbers", "pictures"],
            1,
            "Expected an experiment whose model looks at images but 'numbers' has only",
        ),
        (["toy", "pictures", "--weights", "9", "1"], 1, "Expected `weights` to satisfy"),
        (
            ["toy", "pictures/words.txt"],
            1,
            "Expected at least one image but none of the 1 files can be scored",
        ),
        (["toy", "pictures", "--csv", "pictures"], 1, "Expected `--csv` to be a place that can be written"),
    ],
)
def test_errors_say_what_to_do(run, complains, arguments, code, words):
    complains(run("score", *arguments), code, words)
    last = run("score", *arguments, "--json").stdout.splitlines()[-1]
    assert words in json.loads(last)["error"]


def test_images_have_to_be_named(run):
    assert run("score", "toy").exit_code == 2


def test_pandas_opens_the_csv_and_finds_every_file(run, pictures, tmp_path):
    folder = tmp_path / "odd names"
    folder.mkdir()
    for name in ("shot #3.png", "=1+1.png", "a, b.png"):
        (folder / name).write_bytes((pictures / "in-0.png").read_bytes())
    with contextlib.chdir(folder):
        assert run("score", "toy", "shot #3.png", "=1+1.png", "a, b.png", "--csv", "s.csv").exit_code == 0
        read = pd.read_csv("s.csv")
        assert [Path(name).is_file() for name in read.file] == [True] * 3
    assert read.score_pruned.notna().all()
    assert not any(name.startswith("=") for name in read.file)
