import csv
import json

import pytest
from toy_explorer import OOD

from opnp.comparison.fit_data import training
from opnp.comparison.grammar import format_recipe
from opnp.comparison.recipe import Recipe
from opnp.comparison.table import cells, compare
from opnp.config import Pruning
from opnp.methods import METHODS
from opnp.reports.found_windows import search_facts, search_lines
from opnp.search.find_windows import find_windows
from opnp.store import Store

relu = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
gelu = pytest.mark.parametrize("trained_net", ["gelu"], indirect=True)


@relu
def test_rows_that_were_asked_for(run, explorer, warm, tmp_path):
    files = {"--csv": "a/t.csv", "--markdown": "t.md", "--latex": "t.tex"}
    outputs = [word for pair in files.items() for word in pair]
    rows = ["--method", "gen", "--method", "pruned+react(percentile=95)+maxlogit"]
    result = run("compare", "toy", *rows, "--weights", 10, 100, *outputs)
    assert result.exit_code == 0, result.output
    pruned = Recipe(
        "maxlogit", "react", pruning=Pruning(weights=(10, 100)), parameters=(("react.percentile", 95),)
    )
    with Store(warm) as store:
        wanted = compare(explorer.prepared, training(explorer.prepared, store), [Recipe("gen"), pruned], OOD)
    for row in wanted:
        assert f"{100 * cells(row.figures, None).fpr95:.1f}" in result.stdout
    assert "fit to 400 of 400 ID training images" in result.stdout
    assert "OPP keeps weights 10–100 % (global)" in result.stdout
    with (tmp_path / "a" / "t.csv").open() as file:
        said = list(csv.DictReader(file))
    assert {row["row"] for row in said} == {"GEN", "OPP + ReAct (95) + MaxLogit"}
    assert float(said[2]["fpr95"]) == cells(wanted[0].figures, None).fpr95
    assert "| GEN |" in (tmp_path / "t.md").read_text()
    assert r"\toprule" in (tmp_path / "t.tex").read_text()


@relu
def test_all_methods_by_default(run, said):
    rows = said(run("compare", "toy", "--ood", "far", "--json"))["rows"]
    names = {row["name"] for row in rows}
    assert {method.title for method in METHODS.values()} <= names
    assert {"OPP", "ONP", "OPNP"} <= names
    assert {one["set"] for row in rows for one in row["sets"]} == {"far", "average"}
    refused = {row["name"] for row in rows if row["reason"]}
    assert refused <= {"ASH-S", "OPP + ASH-S", "SCALE"}  # 99 % of sixteen features leave none


@relu
def test_a_search_finds_what_pruned_means_and_every_file_says_how(run, said, explorer, tmp_path):
    wanted = find_windows(explorer, OOD, "weights", max_accuracy_loss=0.01)
    lines = search_lines(wanted, {"middle": "Middle", "far": "Far"})
    searched = ["--search", "--prune", "weights", "--max-accuracy-loss", 1, "--method", "pruned+gen"]
    files = {"--csv": "t.csv", "--markdown": "t.md", "--latex": "t.tex"}
    result = run("compare", "toy", *searched, *[word for pair in files.items() for word in pair])
    assert result.exit_code == 0, result.output
    written = {name: (tmp_path / name).read_text() for name in ("t.md", "t.tex")}
    for line in lines:
        assert line in " ".join(result.stdout.split())
        assert f"- {line}\n- " in written["t.md"]
        assert f"% {line}\n" in written["t.tex"]
    assert all("seeds: halves of the OOD sets 2402" in text for text in written.values())
    facts = json.loads((tmp_path / "t.csv-metadata.json").read_text())
    machine = said(run("compare", "toy", *searched, "--json"))
    assert facts["search"] == machine["search"] == json.loads(json.dumps(search_facts(wanted)))
    assert {"versions", "seeds"} <= facts.keys() & machine.keys()
    assert [row["recipe"] for row in machine["rows"]] == [
        format_recipe(Recipe("gen", pruning=wanted.pruning))
    ]
    assert "search" not in said(run("compare", "toy", "--method", "gen", "--json"))


@relu
def test_a_search_that_is_stopped_ends_in_a_sentence(run, complains, monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("opnp.search.find_windows.search", interrupted)
    complains(run("compare", "toy", "--search"), 130, "Stopped.")


@gelu
def test_what_cannot_run_says_so(run):
    result = run("compare", "toy", "--method", "scale", "--method", "msp")
    assert result.exit_code == 0, result.output
    assert "SCALE: SCALE needs features that are never negative" in result.stdout


@relu
def test_nothing_is_cut_off_in_a_narrow_terminal(run, monkeypatch):
    wide = run("compare", "toy", "--method", "msp").stdout
    monkeypatch.setenv("COLUMNS", "80")
    narrow = run("compare", "toy", "--method", "msp").stdout
    assert "…" not in wide + narrow
    assert {word for word in wide.split() if "–" in word} <= set(narrow.split())


@relu
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "Expected `experiment` to be one of"),
        (["toy", "--method", "magic"], "Expected a method to be one of 'msp'"),
        (["toy", "--method", "react+scale"], "Expected one rectifier"),
        (["toy", "--neurons", "50", "20"], "Expected `neurons` to satisfy"),
        (["toy", "--ood", "near"], "Expected `--ood` to be one of 'middle', 'far'"),
        (["toy", "--search", "--weights", 0, 99], "Expected `--search` alone, which finds the windows, but"),
        (["toy", "--search", "--scope", "per-class"], "Drop one or the other."),
        (["toy", "--prune", "weights"], "Expected `--max-accuracy-loss` and `--prune` with `--search`"),
        (["toy", "--csv", "/proc/none/x"], "Expected `--csv` to be a place that can be written"),
    ],
)
def test_errors_say_what_to_do(run, complains, arguments, words):
    complains(run("compare", *arguments), 1, words)


@relu
@pytest.mark.parametrize("option", [("--max-accuracy-loss", -1), ("--prune", "biases")])
def test_a_rule_that_cannot_be_is_a_usage_error(run, option):
    assert run("compare", "toy", "--search", *option).exit_code == 2
