import json

import pytest
from toy_explorer import OOD, toy_explorer

from opnp.benchmark import run_benchmark
from opnp.reports.metric_table import records

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


@pytest.fixture
def explorer(trained_net, blobs, warm):
    return toy_explorer(trained_net, blobs, warm)


def test_the_table_is_saved_three_times_and_printed(run, explorer, tmp_path):
    result = run("benchmark", "toy")
    assert result.exit_code == 0, result.output
    folder = tmp_path / "results" / "toy"
    assert {path.name for path in folder.iterdir()} == {"benchmark.csv", "benchmark.json", "benchmark.md"}
    wanted = run_benchmark(explorer, OOD)
    said = json.loads((folder / "benchmark.json").read_text())
    for row, expected in zip(said["rows"], wanted.rows, strict=True):
        assert row["sets"] == list(records(expected.held_out))
        assert tuple(row["pruning"]["weights"]) == expected.pruning.weights
    together = wanted.rows[4].held_out.together
    low, high = (100 * end for end in together.fpr95_interval)
    assert f"{low:.1f}–{high:.1f}" in result.stdout
    assert f"{100 * together.fpr95:.1f} ({low:.1f}–{high:.1f})" in (folder / "benchmark.md").read_text()
    for words in ("MSP", "Energy", "OPP", "ONP", "OPNP", "Middle", "candidates within the loss of accuracy"):
        assert words in result.stdout
    assert "Saved benchmark.csv, benchmark.json, benchmark.md in results/toy" in result.stdout


def test_nothing_is_cut_off_in_a_narrow_terminal(run, monkeypatch):
    arguments = ["benchmark", "toy", "--weights", 10, 100, "--neurons", 0, 75]
    wide = run(*arguments).stdout
    monkeypatch.setenv("COLUMNS", "50")
    narrow = run(*arguments).stdout
    assert "…" not in wide + narrow
    assert {word for word in wide.split() if "–" in word} <= set(narrow.split())


def test_the_saved_command_makes_the_same_table(run, said, tmp_path):
    first = said(run("benchmark", "toy", "--ood", "far", "--scope", "per-class", "--json", "--out", "one"))
    assert first["command"] == [
        *("python", "-m", "opnp", "benchmark", "toy", "--scope", "per-class"),
        *("--max-accuracy-loss", "0.5", "--ood", "far"),
    ]
    again = said(run(*first["command"][3:], "--json", "--out", "two"))
    assert again == first
    one, two = ((tmp_path / name / "benchmark.csv").read_bytes() for name in ("one", "two"))
    assert one == two


def test_windows_fixed_by_hand(run, said):
    arguments = ["--weights", 10, 100, "--neurons", 0, 75, "--definition", "weights", "--out", "o"]
    rows = said(run("benchmark", "toy", *arguments, "--json"))["rows"]
    assert [row["pruning"]["weights"] for row in rows[2:]] == [[10, 100], [0, 100], [10, 100]]
    assert [row["pruning"]["neurons"] for row in rows[2:]] == [[0, 100], [0, 75], [0, 75]]
    assert {row["pruning"]["neuron_definition"] for row in rows[3:]} == {"weights"}
    assert {row["pruning"]["scope"] for row in rows} == {"global"}
    assert [row["choice"]["by_hand"] for row in rows[2:]] == [True] * 3
    assert "fixed by hand" in run("benchmark", "toy", *arguments).stdout


def test_a_scope_alone_is_no_window(run, said):
    rows = said(run("benchmark", "toy", "--scope", "per-class", "--json"))["rows"]
    assert rows[2]["pruning"]["scope"] == "per class"
    assert rows[2]["choice"]["tried"] == 14


def test_a_larger_loss_is_allowed_when_asked_for(run, said):
    rows = said(run("benchmark", "toy", "--max-accuracy-loss", 100, "--json"))["rows"]
    assert rows[2]["choice"]["within_the_loss"] == rows[2]["choice"]["tried"] == 28


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nothing"], 1, "Expected `experiment` to be one of 'toy', 'gone'"),
        (["gone"], 3, "Get them with `python -m gone`."),
        (["toy", "--neurons", "50", "20"], 1, "Expected `neurons` to satisfy"),
        (["toy", "--scope", "local"], 1, "Expected `scope` to be one of"),
        (["toy", "--ood", "near"], 1, "Expected `--ood` to be one of 'middle', 'far'"),
        (["toy", "--out", "/proc/none"], 1, "Expected `--out` to be a place that can be written"),
    ],
)
def test_errors_say_what_to_do(run, said, complains, arguments, code, words):
    complains(run("benchmark", *arguments), code, words)
    assert words in said(run("benchmark", *arguments, "--json"), code)["error"]


def test_no_window_is_cheap_enough(run, complains, monkeypatch):
    monkeypatch.setattr("opnp.cli.benchmark.WINDOWS", ((0.0, 0.0), (100.0, 100.0)))
    complains(run("benchmark", "toy"), 1, "windows tried to keep the ID accuracy at")


def test_a_negative_loss_is_a_usage_error(run):
    assert run("benchmark", "toy", "--max-accuracy-loss", "-1").exit_code == 2
