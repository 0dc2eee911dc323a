import csv
import io
import json

import pytest
import torch
from toy_explorer import OOD, toy_explorer

from opnp.benchmark import run_benchmark
from opnp.config import NeuronDefinition, RankScope, Window, windows_text
from opnp.reports.markdown import choosing_text, markdown, table
from opnp.reports.metric_table import records
from opnp.reports.provenance import benchmark_csv, benchmark_json, provenance
from opnp.search.trial import Grid

TITLES = {"middle": "Middle", "far": "Far | away"}


@pytest.fixture(scope="module")
def explorer(trained_net, blobs, tmp_path_factory):
    return toy_explorer(trained_net, blobs, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def benchmark(explorer):
    return run_benchmark(explorer, OOD)


@pytest.fixture(scope="module")
def made_from(explorer):
    return provenance(explorer, torch.device("cpu"))


def test_csv_holds_every_figure_in_full(benchmark):
    rows = list(csv.DictReader(io.StringIO(benchmark_csv(benchmark))))
    assert [row["method"] for row in rows[::3]] == ["MSP", "Energy", "OPP", "ONP", "OPNP"]
    wanted = [record for row in benchmark.rows for record in records(row.held_out)]
    for row, record in zip(rows, wanted, strict=True):
        assert row["set"] == record["set"]
        assert float(row["fpr95"]) == record["fpr95"]
        assert float(row["auroc_low"]) == record["auroc_low"]
        assert row["half"] == "report"
    opp = benchmark.rows[2]
    assert (float(rows[6]["weights_low"]), rows[6]["scope"]) == (opp.pruning.weights[0], opp.pruning.scope)
    assert int(rows[6]["pruned_weights"]) == opp.head.pruned_weights


def test_json_says_how_windows_were_chosen_and_what_it_was_made_from(benchmark, made_from, explorer):
    said = json.loads(json.dumps(benchmark_json(benchmark, made_from, OOD)))
    assert (said["experiment"], said["ood"], said["half"]) == ("toy", OOD, "report")
    assert said["model"] == explorer.prepared.classifier.fingerprint
    assert said["images"].keys() == {"train", "test", "middle", "far"}
    assert said["seeds"] == {"halves of the OOD sets": 2402, "intervals": 7}
    assert said["versions"]["torch"] == torch.__version__
    assert [row["method"] for row in said["rows"]] == ["MSP", "Energy", "OPP", "ONP", "OPNP"]
    assert said["rows"][0]["score"] == "maximum softmax probability"
    assert said["rows"][0]["choice"] is None
    choice = said["rows"][2]["choice"]
    assert (choice["tried"], choice["by_hand"]) == (28, False)
    assert choice["tune"]["fpr95"] == benchmark.rows[2].choice.best.fpr95
    assert said["choosing"]["max_accuracy_loss"] == 0.005


def test_markdown_can_be_read_alone(benchmark, made_from):
    text = markdown(benchmark, made_from, TITLES, ["python", "-m", "opnp", "benchmark", "my toy"])
    assert text.startswith("# Toy\n")
    assert "on the held-out half of every OOD set, with 95 % intervals" in text
    assert "Images: 200 ID; Middle 75, Far | away 75" in text
    assert "AUPR is average precision; OpenOOD joins the same points by trapezoids" in text
    for name in ("FPR95 ↓", "AUROC ↑", "AUPR, ID positive ↑", "AUPR, OOD positive ↑"):
        assert f"## {name}\n\n| Method | Middle | Far \\| away | Average |\n" in text
    assert "python -m opnp benchmark 'my toy'" in text
    assert f"torch {torch.__version__}" in text
    assert "intervals 7" in text
    energy = benchmark.rows[1].held_out.together
    assert f"| Energy | nothing pruned | {100 * energy.fpr95:.1f} (" in text


def test_how_windows_were_chosen_is_said_in_full(benchmark, explorer):
    said = choosing_text(benchmark)
    assert "most 0.5 points of ID accuracy" in said
    assert "0, 10, 30, 50, 80 % to 95, 99, 100 %" in said
    assert "threshold and accuracy come from the same ID test images" in said
    assert "of 28 candidates within the loss of accuracy" in said
    grid = Grid((Window(10, 100),), (Window(0, 90),), (RankScope.GLOBAL,), (NeuronDefinition.ACTIVATION,))
    by_hand = choosing_text(run_benchmark(explorer, OOD, grid=grid))
    assert by_hand.count("fixed by hand; FPR95") == 3
    assert "candidates within" not in by_hand


def test_windows_in_words(benchmark):
    kinds = [windows_text(row.pruning) for row in benchmark.rows]
    assert kinds[:2] == ["nothing pruned"] * 2
    assert kinds[2].startswith("weights ")
    assert kinds[3].startswith("neurons ")
    assert ", neurons " in kinds[4]


def test_a_cell_cannot_end_its_table():
    assert table(["a"], [["x|y"]]).splitlines()[-1] == "| x\\|y |"
