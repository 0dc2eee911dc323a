import csv
import json

import pytest
from toy_explorer import OOD
from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.config import UNPRUNED, Pruning
from opnp.reports.percent import percent_ends

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


def test_the_numbers_are_the_pages(run, said, explorer):
    windows = ["--weights", 10, 100, "--neurons", 0, 75, "--scope", "per-class", "--definition", "weights"]
    result = said(run("evaluate", "toy", *windows, "--json"))
    pruning = Pruning((10, 100), (0, 75), "per class", "weights")
    assert result["pruning"] == {
        "kind": "OPNP",
        "weights": [10, 100],
        "neurons": [0, 75],
        "scope": "per class",
        "neuron_definition": "weights",
    }
    for name, position in (("unpruned", UNPRUNED), ("pruned", pruning)):
        snapshot = explorer.at(position)
        for half in ("tune", "report"):
            page = explorer.evaluate(snapshot, OOD, half)
            rows = {row["set"]: row for row in result[name][half]}
            for key, metrics in page.sets.items():
                assert rows[key]["fpr95"] == metrics.fpr95
                assert rows[key]["aupr_ood"] == metrics.aupr_ood
            assert rows["average"]["fpr95"] == page.fpr95
            assert (rows["average"]["auroc_low"], rows["average"]["auroc_high"]) == page.auroc_interval
            ends = rows["average"]["aupr_id_low"], rows["average"]["aupr_id_high"]
            assert ends == page.aupr_id_interval
            assert result[name]["id"][half] == {
                "images": 100,
                "threshold": page.threshold,
                "accuracy": page.accuracy,
                "accuracy_low": page.accuracy_interval.low,
                "accuracy_high": page.accuracy_interval.high,
                "ece": page.reliability.ece,
                "ece_low": page.ece_interval.low,
                "ece_high": page.ece_interval.high,
            }
    head = explorer.at(pruning).head
    assert result["realised"]["pruned_weights"] == head.pruned_weights
    assert result["realised"]["pruned_neurons"] == 4
    assert (result["experiment"], result["scores"][:6], result["unit"]) == ("toy", "higher", "fractions")


def test_a_table_for_people(run, explorer):
    out = run("evaluate", "toy", "--neurons", "30", "100").stdout
    old, new = (
        explorer.evaluate(explorer.at(p), OOD, "report") for p in (UNPRUNED, Pruning(neurons=(30, 100)))
    )
    assert "Toy: neurons 30–100 % (activation)" in out
    for title in ("Middle", "Far", "Average", "FPR95 ↓ held out", "AUROC ↑ tune"):
        assert title in out
    assert percent_ends(new.fpr95_interval) in out
    assert f"({percent_ends(new.accuracy_interval)})" in out
    assert f"{100 * old.auroc:.1f} → {100 * new.auroc:.1f}" in out
    assert "80 of 64 weights" not in out
    assert "5 of 16 neurons" in out
    assert "held out, on 100 images" in out


def test_nothing_pruned_shows_each_number_once(run):
    out = run("evaluate", "toy").stdout
    assert "nothing pruned" in out
    assert "→" not in out
    assert "0 of 64 weights (0.0 %), 0 of 16 neurons" in out


def test_only_the_named_sets_in_the_experiments_order(run, said, explorer):
    both = said(run("evaluate", "toy", "--ood", "far", "--ood", "middle", "--json"))
    assert [row["set"] for row in both["pruned"]["tune"]] == ["middle", "far", "average"]
    one = said(run("evaluate", "toy", "--ood", "far", "--json"))
    assert [row["set"] for row in one["pruned"]["tune"]] == ["far", "average"]
    page = explorer.evaluate(explorer.at(UNPRUNED), ["far"], "tune")
    assert one["pruned"]["tune"][1]["fpr95"] == page.fpr95


def test_csv_holds_both_heads_and_both_halves(run, tmp_path, explorer):
    path = tmp_path / "new folder" / "figures.csv"
    assert run("evaluate", "toy", "--neurons", 30, 100, "--csv", path).exit_code == 0
    about = json.loads(path.with_name("figures.csv-metadata.json").read_text())
    assert (about["title"], about["scores"].startswith("higher = more in-distribution")) == ("Toy", True)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [(row["method"], row["half"], row["set"]) for row in rows] == [
        (method, half, key)
        for method in ("Energy", "ONP")
        for half in ("tune", "report")
        for key in ("middle", "far", "average")
    ]
    page = explorer.evaluate(explorer.at(Pruning(neurons=(30, 100))), OOD, "report")
    assert float(rows[-1]["fpr95"]) == page.fpr95
    assert float(rows[-1]["neurons_low"]) == 30
    assert (float(rows[-1]["ece_low"]), float(rows[-1]["ece_high"])) == page.ece_interval


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nothing"], 1, "Expected `experiment` to be one of 'toy', 'gone', 'damaged', 'numbers'"),
        (["gone"], 3, "Get them with `python -m gone`."),
        (["damaged"], 1, "the file is damaged. Download it again."),
        (
            ["toy", "--weights", "80", "20"],
            1,
            "Expected `weights` to satisfy 0 <= low <= high <= 100 percent",
        ),
        (["toy", "--neurons", "nan", "20"], 1, "Expected `neurons` to satisfy"),
        (
            ["toy", "--scope", "local"],
            1,
            "Expected `scope` to be one of 'global', 'per class' but got 'local'",
        ),
        (
            ["toy", "--definition", "x"],
            1,
            "Expected `neuron_definition` to be one of 'activation', 'weights'",
        ),
        (["toy", "--ood", "near"], 1, "Expected `--ood` to be one of 'middle', 'far' but got 'near'"),
        (["toy", "--device", "abacus"], 1, "Expected `--device` to be one of 'cpu'"),
        (["toy", "--csv", "/proc/none/x.csv"], 1, "Expected `--csv` to be a place that can be written"),
        (["toy", "--csv", "."], 1, "the disk says “Is a directory”. Choose another."),
    ],
)
def test_errors_say_what_to_do(run, said, complains, arguments, code, words):
    complains(run("evaluate", *arguments, device="--device" not in arguments), code, words)
    machine = run("evaluate", *arguments, "--json", device="--device" not in arguments)
    assert words.split("“")[0] in said(machine, code)["error"]


def test_a_window_needs_two_numbers(run):
    assert run("evaluate", "toy", "--weights", "ten", "20").exit_code == 2


def test_letters_that_the_terminal_lacks_do_not_cost_the_result(warm):
    arguments = ["evaluate", "toy", "--cache", str(warm), "--device", "cpu"]
    result = CliRunner(charset="ascii").invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "FPR95 ?" in result.stdout


def test_maps_of_an_experiment_of_features_alone(run, said):
    result = said(run("map", "numbers", "--json"))
    assert result["images"] == 1
    assert result["weights"]["largest"] == 0.0
