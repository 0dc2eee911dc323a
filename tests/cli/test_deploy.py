import csv
import json
from pathlib import Path

import pytest
from protocol_world import write_protocol
from toy_explorer import OOD
from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.config import Pruning
from opnp.detector import Detector
from opnp.errors import InvalidDataError
from opnp.threshold.plan import plan
from opnp.threshold.plan_by_class import plan_by_class
from opnp.threshold.rules import AcceptAndLimit, AcceptId, LimitOod, MinimiseCost

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
NEURONS = ["--neurons", "30", "100"]


def lines(result):
    assert result.exit_code == 0, result.output
    return {row["file"].rsplit("/", 1)[-1]: row for row in map(json.loads, result.stdout.splitlines())}


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ([], AcceptId(0.95)),
        (["--tpr", "80"], AcceptId(0.8)),
        (["--max-ood", "10"], LimitOod(dict.fromkeys(OOD, 0.1))),
        (["--max-ood", "0", "--ood", "far", "--as-measured"], LimitOod({"far": 0.0}, None)),
        (["--most", "far=20", "--most", "middle=25"], LimitOod({"far": 0.2, "middle": 0.25})),
        (["--most", "far=30"], LimitOod({"far": 0.3})),
        (
            ["--max-ood", "10", "--most", "far=5", "--confidence", "90"],
            LimitOod({"middle": 0.1, "far": 0.05}, 0.9),
        ),
        (["--tpr", "60", "--most", "middle=50"], AcceptAndLimit(0.6, {"middle": 0.5})),
        (["--tpr", "80", "--as-measured"], AcceptId(0.8, None)),
        (["--costs", "1", "10", "2", "--ood-share", "30"], MinimiseCost(1, 10, 2, 0.3)),
    ],
)
def test_each_rule_gives_the_threshold_of_the_engine(run, said, explorer, words, rule):
    shown = said(run("deploy", "toy", *NEURONS, *words, "--json"))
    keys = ["far"] if "--ood" in words else OOD
    planned = plan(explorer, explorer.at(Pruning(neurons=(30, 100))), keys, rule)
    assert shown["threshold"] == planned.threshold == Detector.load("detector.zip").threshold
    assert shown["metrics"]["id_accepted"]["hits"] == planned.outcome.id_accepted.hits
    assert shown["files"] == ["detector.zip"]
    manifest = Detector.load("detector.zip").manifest
    assert manifest.promise == shown.get("promise", {"statement": ""})["statement"]
    assert ("as_measured" in shown) == ("promise" in shown) == (planned.promise is not None)
    assert ("cost" in shown) == ("--costs" in words)


def test_a_table_for_people(run, tmp_path):
    out = run("deploy", "toy", *NEURONS, "--out", "deep/er.zip").stdout
    for words in (
        "Toy: neurons 30–100 %",
        "Middle",
        "Far",
        "Promised: At least 95 %",
        "Without the promise",
        "Saved deep/er.zip",
    ):
        assert words in out
    assert (tmp_path / "deep" / "er.zip").is_file()


def test_the_graphs_are_written_and_the_difference_is_told(run, tmp_path):
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")
    result = run("deploy", "toy", "--onnx", "d.onnx", "--program", "d.pt2")
    assert "onnxruntime differs by" in result.stdout
    assert (tmp_path / "d.onnx").stat().st_size
    assert (tmp_path / "d.pt2").stat().st_size


def test_the_detector_scores_as_the_experiment_does(run, pictures):
    assert run("deploy", "toy", *NEURONS).exit_code == 0
    by_detector = lines(run("score", "detector.zip", pictures, "--csv", "scores.csv", "--json"))
    by_experiment = lines(run("score", "toy", pictures, *NEURONS, "--json"))
    assert by_detector["notes.png"] == by_experiment["notes.png"]
    for name in ("in-0.png", "in-1.png", "in-2.png", "out.png"):
        mine, other = by_detector[name], by_experiment[name]["pruned"]
        assert mine["class"] == other["class"]
        assert mine["score"] == pytest.approx(other["score"], abs=1e-5)
        assert mine["is_ood"] == (mine["score"] < mine["threshold"])
    assert by_detector["out.png"]["is_ood"]
    with Path("scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["score"]) for row in rows] == [
        row["score"] for name, row in by_detector.items() if name != "notes.png"
    ]


def test_the_detectors_table(run, pictures):
    run("deploy", "toy", *NEURONS)
    result = run("score", "detector.zip", pictures)
    for words in ("for Toy", "out.png", "north-east", "below it is OOD", "yes", "no"):
        assert words in result.stdout
    assert "Skipped 1 of 5 files" in result.stderr


def test_each_class_has_a_threshold_all_the_way(run, said, explorer, pictures):
    shown = said(run("deploy", "toy", *NEURONS, "--tpr", "80", "--by-class", "--json"))
    snapshot = explorer.at(Pruning(neurons=(30, 100)))
    planned = plan_by_class(plan(explorer, snapshot, OOD, AcceptId(0.8)), explorer, snapshot, OOD)
    own = Detector.load("detector.zip").class_thresholds
    assert shown["class_thresholds"] == list(own) == planned.by_class.values.tolist()
    assert shown["metrics"]["id_accepted"]["hits"] == planned.by_class.with_own.id_accepted.hits
    names = shown["classes"]
    result = run("score", "detector.zip", pictures, "--csv", "scores.csv")
    assert "each class has a threshold; below it is OOD" in result.stdout
    with Path("scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["threshold"]) for row in rows] == [own[names.index(row["class"])] for row in rows]
    assert [row["is_ood"] for row in rows] == [str(float(r["score"]) < float(r["threshold"])) for r in rows]
    judged = CliRunner().invoke(app, ["monitor", "detector.zip", "scores.csv", "--json"])
    assert said(judged)["rejected"] == sum(row["is_ood"] == "True" for row in rows)


def test_people_read_what_the_classes_change(run):
    out = run("deploy", "toy", *NEURONS, "--tpr", "84", "--by-class").stdout
    for words in (
        "of 4 classes from",
        "The others keep",
        "each needs",
        "With one threshold",
        "in each class",
    ):
        assert words in out
    assert "Without the promise the one threshold would be" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ["deploy", "toy", "--tpr", "95", "--max-ood", "5", "--costs", "1", "1", "1"],
            1,
            "Expected --costs alone but got --tpr and --max-ood or --most too",
        ),
        (["deploy", "toy", "--most", "far=5", "--costs", "1", "1", "1"], 1, "a rule of their own"),
        (["deploy", "toy", "--most", "moon=5"], 1, "one of middle=5, far=5 or alike but got 'moon=5'"),
        (["deploy", "toy", "--most", "far", "--ood", "far"], 1, "one of far=5 or alike but got 'far'"),
        (["deploy", "toy", "--most", "far=much"], 1, "a number in percent but got 'much'"),
        (["deploy", "toy", "--most", "far=nan"], 1, "--most far in percent, from 0 to 100, but got nan"),
        (["deploy", "toy", "--tpr", "0"], 1, "--tpr in percent, above 1 and at most 100, but got 0"),
        (["deploy", "toy", "--tpr", "0.95"], 1, "but got 0.95. 95 is usual"),
        (["deploy", "toy", "--max-ood", "101"], 1, "--max-ood in percent, from 0 to 100, but got 101"),
        (["deploy", "toy", "--costs", "-1", "2", "3"], 1, "between 0 and 1e+15"),
        (["deploy", "toy", "--confidence", "100"], 1, "above 1 and below 100, but got 100. 95 is usual"),
        (["deploy", "toy", "--confidence", "0.95"], 1, "above 1 and below 100, but got 0.95"),
        (["deploy", "toy", "--confidence", "90", "--as-measured"], 1, "--confidence or --as-measured but"),
        (
            ["deploy", "toy", "--confidence", "90", "--costs", "1", "1", "1"],
            1,
            "With --costs nothing is promised: drop one",
        ),
        (
            ["deploy", "toy", "--by-class", "--max-ood", "9"],
            1,
            "--by-class with --tpr alone but got --max-ood",
        ),
        (["deploy", "toy", "--by-class", "--tpr", "80", "--most", "far=9"], 1, "but got --most too"),
        (["deploy", "toy", "--by-class", "--costs", "1", "1", "1"], 1, "but got --costs too"),
        (["deploy", "toy", "--by-class"], 1, "No class can have a threshold of its own: 86 ID images"),
        (["deploy", "toy", "--max-ood", "0.1"], 1, "cannot promise at most 0.1 % let through"),
        (["deploy", "toy", "--max-ood", "0"], 1, "no number of images can"),
        (["deploy", "toy", "--tpr", "60", "--max-ood", "30"], 1, "No threshold both accepts 60 % of ID"),
        (["deploy", "numbers"], 1, "only features"),
        (["deploy", "gone"], 3, "Get them with"),
        (["deploy", "toy", "--most", "far=1", "--most", "far=2"], 1, "one `--most` for far"),
        (["deploy", "toy", "--out", "pictures"], 1, "`--out` to be a file but 'pictures' is a folder"),
        (["deploy", "toy", "--program", "."], 1, "`--program` to be a file but '.' is a folder"),
        (["deploy", "toy", "--onnx", "./detector.zip"], 1, "`--out` and `--onnx` to be two files"),
        (["deploy", "toy", "--out", "bad.zip/detector.zip"], 1, "a place that can be written"),
        (["score", "gone.zip", "pictures"], 3, "Expected 'gone.zip' to be a detector"),
        (["score", "bad.zip", "pictures"], 1, "Expected a detector as `Detector.save` writes it"),
        (["score", "detector.zip", "pictures/notes.png"], 1, "none of the 1 files can be scored"),
        (["score", "detector.zip", "pictures", *NEURONS], 1, "Expected no windows with a detector"),
    ],
)
def test_errors_say_what_to_do(run, complains, pictures, arguments, code, words):
    (pictures.parent / "bad.zip").write_text("no zip")
    if "detector.zip" in arguments:
        run("deploy", "toy")
    complains(run(*arguments), code, words)


def test_without_onnx_it_says_so_before_anything_is_computed(run, monkeypatch, tmp_path):
    def never(*_, **__):
        raise AssertionError("worked first")

    monkeypatch.setattr("opnp.detector.export.find_spec", lambda name: None if name == "onnxscript" else name)
    monkeypatch.setattr("opnp.cli._experiment.load_explorer", never)
    result = run("deploy", "toy", "--onnx", "d.onnx")
    assert result.exit_code == 3
    assert "Expected onnxscript to be installed for an ONNX export" in result.stderr
    assert not list(tmp_path.glob("*.zip"))


def test_where_the_graph_cannot_be_written_the_zip_is_not_either(run, monkeypatch, tmp_path):
    pytest.importorskip("onnxscript")

    def refuse(*_):
        raise InvalidDataError("Expected the graphs to agree.")

    monkeypatch.setattr("opnp.cli.deploy.export_onnx", refuse)
    result = run("deploy", "toy", "--onnx", "d.onnx")
    assert result.exit_code == 1
    assert "agree" in result.stderr
    assert not list(tmp_path.glob("*.zip"))


@pytest.mark.parametrize("limit", [["--max-ood", "5"], ["--most", "a=5"]])
def test_a_limit_on_sets_for_the_report_alone_is_refused(run, tmp_path, limit):
    """It must not give way to another rule without a word."""
    result = run("deploy", str(write_protocol(tmp_path)), "--ood", "a", *limit)
    assert result.exit_code == 1
    assert "all that were chosen are for the report alone" in result.stderr
