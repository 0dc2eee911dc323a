"""`monitor` on what `score` wrote with the same detector."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from opnp.cli._console import Exit
from opnp.cli.app import app
from opnp.detector.baseline import read_watched

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


@pytest.fixture
def made(run):
    assert run("deploy", "toy").exit_code == 0
    return Path("detector.zip")


@pytest.fixture
def watch():
    def invoke(*arguments, piped=None):
        return CliRunner().invoke(app, ["monitor", *map(str, arguments)], input=piped)

    return invoke


def written(detector, strange=0, images=600):
    """JSON lines as `score` writes them: ID scores again, and after them far ones."""
    baseline = read_watched(detector).baseline
    names = np.repeat(baseline.class_names, baseline.classes)
    rng = np.random.default_rng(0)
    scores = [*rng.choice(baseline.scores, images), *[float(baseline.scores[0]) - 5] * strange]
    rows = [
        {"file": f"{n}.png", "class": str(rng.choice(names)), "score": score, "threshold": baseline.threshold}
        for n, score in enumerate(scores)
    ]
    return "\n".join(json.dumps(row) for row in rows) + "\n"


def test_id_images_are_quiet(watch, made, said):
    Path("scores.jsonl").write_text(written(made))
    result = watch(made, "scores.jsonl")
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "Quiet: 600 images, nothing beyond chance." in words
    assert "chance of any false alarm is at most 5 %" in words
    assert said(watch(made, "scores.jsonl", "scores.jsonl", "--json"))["images"] == 1200


def test_strange_images_are_noticed_from_a_pipe_with_an_exit_code_of_their_own(watch, made, said):
    stream = written(made, strange=200)
    result = watch(made, "-", piped=stream)
    assert result.exit_code == Exit.NOTICED == 4
    assert "Alarm: from image 650 on" in " ".join(result.stdout.split())
    told = said(watch(made, "-", "--json", "--prometheus", "new/m.prom", piped=stream), code=4)
    assert told["signs"]["rejected"]["image"] == 650
    assert told["strangest"][0]["file"] == "600.png"
    assert 'sign="rejected"} 1.0' in Path("new/m.prom").read_text()
    assert [path.name for path in Path("new").iterdir()] == ["m.prom"]


def test_few_images_are_tested_and_fewer_are_not_called_quiet(watch, made, said):
    strange = written(made, images=0, strange=49)
    assert said(watch(made, "-", "--json", piped=strange), code=4)["signs"]["rejected"]["image"] == 49
    few = watch(made, "-", piped=written(made, images=7))
    assert few.exit_code == 0
    words = " ".join(few.stdout.split())
    assert "Too few to test: 7 images; it takes at least 10." in words
    assert "not tested yet: it takes at least 200 images" in words


def test_the_report_shows_the_least_familiar_images_that_are_at_hand(run, watch, made, pictures):
    lines = run("score", made, pictures, "--json").stdout
    assert watch(made, "-", "--report", "seen.html", piped=lines).exit_code == 0
    page = Path("seen.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 4
    assert "out.png" in page
    assert watch(made, "-", "--report", "seen.html", piped=written(made)).exit_code == 0
    assert "data:image/jpeg" not in Path("seen.html").read_text()


def test_what_score_writes_is_taken_in_all_its_forms(run, watch, made, pictures, said):
    lines = run("score", made, pictures, "--json", "--csv", "s.csv").stdout
    Path("s.jsonl").write_text(lines)
    told = [said(watch(made, name, "--json")) for name in ("s.csv", "s.jsonl")]
    assert told[0] | {"skipped": 1} == told[1]
    assert told[0]["images"] == 4
    assert told[0]["strangest"][0]["file"].endswith("out.png")


@pytest.mark.parametrize("option", ["--report", "--prometheus"])
@pytest.mark.parametrize("target", ["scores.jsonl", "./detector.zip", "link"])
def test_an_input_is_not_written_over(watch, made, complains, option, target):
    scores = Path("scores.jsonl")
    scores.write_text(written(made))
    Path("link").symlink_to(scores)
    before = scores.read_bytes(), made.read_bytes()
    complains(watch(made, scores, option, target), 1, f"Expected `{option}` to be a file of its own but")
    assert (scores.read_bytes(), made.read_bytes()) == before


def test_what_cannot_be_watched_is_said(run, watch, made, complains):
    Path("scores.jsonl").write_text(written(made))
    complains(watch("none.zip", "scores.jsonl"), 3, "'none.zip' to be a detector but it cannot be opened")
    complains(watch(".", "scores.jsonl"), 3, "'.' to be a detector but it cannot be opened")
    complains(watch(made, "none.csv"), 3, "scored images at none.csv")
    complains(watch(made, made), 1, "Pass what `score --csv`")
    complains(watch(made, "-", "-"), 1, "Expected `-` once")
    complains(watch(made, "-", piped=""), 1, "scored images in the pipe but it is empty")
    complains(watch(made, "scores.jsonl", "--time", "day"), 1, "Expected a column 'day'")
    Path("folder").mkdir()
    complains(watch(made, "scores.jsonl", "--prometheus", "folder"), 1, "a file but 'folder' is a folder")
    assert run("deploy", "toy", "--neurons", "50", "100", "--out", "other.zip").exit_code == 0
    complains(watch("other.zip", "scores.jsonl"), 1, "Pass the detector that `score` used.")
