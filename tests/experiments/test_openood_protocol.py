"""OpenOOD's protocol from a file to the figures of the commands, counted again in numpy and scikit-learn."""

import csv
import json

import numpy as np
import pytest
from protocol_world import FAR, NEAR, SIZES, accuracy, id_rows, protocol_arrays, scores, write_protocol
from sklearn import metrics
from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.config import UNPRUNED, Pruning
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import SPLIT_SEED, Half
from opnp.experiments.toml_file import read_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.reports.found_windows import search_lines
from opnp.search.find_windows import find_windows
from opnp.search.holdout import leave_one_out
from opnp.search.landscape import Side, landscape
from opnp.search.tuning_set import make_tuning_set
from opnp.store import Store
from opnp.threshold.plan import plan
from opnp.threshold.rules import AcceptId, LimitOod

KEYS = list(SIZES)


@pytest.fixture(scope="module")
def arrays():
    return protocol_arrays()


@pytest.fixture(scope="module")
def explorer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocol")
    with Store(folder / "cache") as store:
        return Explorer(prepare(read_experiment(write_protocol(folder)), store))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A command on the experiment."""
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(write_protocol(tmp_path)))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, code=0):
        device = [] if arguments[0] == "experiments" else ["--device", "cpu"]
        where = ["--cache", str(tmp_path / "cache"), *device]
        result = CliRunner().invoke(app, [*map(str, arguments), *where])
        assert result.exit_code == code, result.output
        return result

    return invoke


def rows_of(half):
    """Which rows of each OOD set are in a half."""
    order = np.random.default_rng(SPLIT_SEED).permutation(SIZES["d"])
    middle = SIZES["d"] // 2
    if half == "tune":
        return {"val": np.arange(SIZES["val"]), "d": order[:middle]}
    return {**{key: np.arange(SIZES[key]) for key in (*NEAR, *FAR)}, "d": order[middle:]}


def counted(arrays, half, *id_names):
    """FPR95 and AUROC of each set in a half against that half of ID sets together."""
    on_id = np.concatenate([scores(arrays, name)[id_rows(arrays, name, half)] for name in id_names])
    threshold = np.sort(on_id)[int(np.floor(0.05 * len(on_id)))]
    figures = {}
    for key, rows in rows_of(half).items():
        ood = scores(arrays, f"ood_{key}")[rows]
        is_id = np.repeat([1, 0], [len(on_id), len(ood)])
        figures[key] = (ood >= threshold).mean(), metrics.roc_auc_score(is_id, np.concatenate([on_id, ood]))
    return figures


def near(pair):
    return pytest.approx(pair, abs=1e-6)


@pytest.mark.parametrize("half", ["tune", "report"])
def test_evaluate_says_what_is_counted_again(run, arrays, half):
    said = json.loads(run("evaluate", "protocol", "--json").stdout)["unpruned"]
    for rows, ids in ((said[half], ["id_test"]), (said["full_spectrum"][half], ["id_test", "id_snow"])):
        figures = counted(arrays, half, *ids)
        found = {row["set"]: (row["fpr95"], row["auroc"]) for row in rows}
        groups = {"average near": NEAR, "average far": FAR} if half == "report" else {}
        assert list(found) == [*(key for key in KEYS if key in figures), *groups, "average"]
        for key, pair in figures.items():
            assert found[key] == near(pair)
        for name, keys in groups.items():
            assert found[name] == near(tuple(np.mean([figures[key] for key in keys], axis=0)))
        assert found["average"] == near(tuple(np.mean(list(figures.values()), axis=0)))
    assert {row["set"]: row["images"] for row in said[half][: len(figures)]} == {
        key: len(rows) for key, rows in rows_of(half).items()
    }
    assert said["id"][half]["accuracy"] == accuracy(arrays, "id_test", half=half)
    assert said["shifted"] == [{"set": "snow", "images": 70, "accuracy": accuracy(arrays, "id_snow")}]
    both = accuracy(arrays, "id_test", "id_snow", half=half)
    assert said["full_spectrum"]["id"][half]["accuracy"] == pytest.approx(both)


def test_the_table_for_people_has_groups_dashes_and_the_full_spectrum(run, arrays):
    shown = run("evaluate", "protocol", "--neurons", 20, 100).stdout
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.splitlines() if "│" in line]
    dashes = {row[0]: [cell == "–" for cell in row[1:]] for row in cells if row[0]}
    assert dashes["val"] == [False, True, False, True], "nothing held out"
    for name in ("a", "b", "c", "Average near", "Average far"):
        assert dashes[name] == [True, False, True, False], "nothing to tune on"
    assert dashes["d"] == dashes["Average"] == [False] * 4
    assert [row[0] for row in cells].count("Average near") == 2
    assert "Full spectrum: ID test and Snow together are the ID" in shown
    assert f"Accuracy on Snow {100 * accuracy(arrays, 'id_snow'):.1f}" in shown


def test_the_csv_tells_which_images_are_the_id(run, tmp_path):
    run("evaluate", "protocol", "--csv", "figures.csv")
    rows = list(csv.DictReader((tmp_path / "figures.csv").open()))
    assert {row["id"] for row in rows} == {"test", "full spectrum", "snow"}
    assert [row["set"] for row in rows if row["id"] == "snow"] == ["snow", "snow"]
    about = json.loads((tmp_path / "figures.csv-metadata.json").read_text())
    assert "shifted sets together" in about["id"]


def test_openoods_table_is_that_of_its_own_functions(run, arrays, tmp_path):
    run("compare", "protocol", "--method", "energy", "--method", "msp", "--openood", "openood.csv")
    rows = list(csv.DictReader((tmp_path / "openood.csv").open()))
    energy = [row for row in rows if row["method"] == "Energy"]
    assert [row["dataset"] for row in energy] == ["a", "b", "nearood", "c", "farood", "d"]
    expected = {}
    for key, places in rows_of("report").items():
        conf = np.concatenate([scores(arrays, "id_test"), scores(arrays, f"ood_{key}")[places]])
        conf = conf.astype(np.float32)
        is_ood = np.repeat([0, 1], [80, len(places)])
        fpr, tpr, _ = metrics.roc_curve(is_ood, -conf)
        parts = [fpr[np.argmax(tpr >= 0.95)], metrics.auc(fpr, tpr)]
        for indicator, values in ((1 - is_ood, conf), (is_ood, -conf)):
            precision, recall, _ = metrics.precision_recall_curve(indicator, values)
            parts.append(metrics.auc(recall, precision))
        expected[key] = 100 * np.array([*parts, accuracy(arrays, "id_test")])
    expected["nearood"] = np.mean([expected[key] for key in NEAR], axis=0)
    expected["farood"] = expected["c"]
    for row in energy:
        found = [float(row[name]) for name in ("FPR@95", "AUROC", "AUPR_IN", "AUPR_OUT", "ACC")]
        assert found == pytest.approx(expected[row["dataset"]], abs=0.0051)
        assert all(len(row[name].partition(".")[2]) == 2 for name in ("FPR@95", "ACC"))
    assert {row["method"] for row in rows} == {"Energy", "MSP"}
    assert "OOD positive" in json.loads((tmp_path / "openood.csv-metadata.json").read_text())["FPR@95"]


def test_compare_shows_the_averages_of_groups_everywhere(run, arrays, tmp_path):
    files = ["--markdown", "t.md", "--latex", "t.tex", "--csv", "t.csv"]
    shown = run("compare", "protocol", "--method", "energy", *files).stdout
    figures = counted(arrays, "report", "id_test")
    for name, keys in (("near", NEAR), ("far", FAR)):
        fpr95, auroc = np.mean([figures[key] for key in keys], axis=0)
        for text in (shown, (tmp_path / "t.md").read_text()):
            assert f"FPR95 {name} ↓" in text
            assert f"{100 * fpr95:.1f}" in text
            assert f"{100 * auroc:.1f}" in text
        row = next(
            row for row in csv.DictReader((tmp_path / "t.csv").open()) if row["set"] == f"average {name}"
        )
        assert (float(row["fpr95"]), float(row["auroc"])) == near((fpr95, auroc))
    assert r"FPR95 near $\downarrow$" in (tmp_path / "t.tex").read_text()


def test_the_summary_says_what_sets_are_for(run):
    shown = run("experiments", "protocol").stdout
    for words in (
        "Only tuned on: val.",
        "Only reported on: a, b, c.",
        "Averaged as near: a, b.",
        "Averaged as far: c.",
    ):
        assert words in shown


def test_a_search_sees_no_image_of_the_report(explorer, arrays):
    data = make_tuning_set(explorer.prepared, KEYS)
    assert (data.ood, data.sizes) == (("val", "d"), (40, 61, 24))
    tuned = id_rows(arrays, "id_test", "tune")
    seen = [arrays["id_test_features"][tuned], arrays["ood_val_features"]]
    seen.append(arrays["ood_d_features"][np.sort(rows_of("tune")["d"])])
    assert np.array_equal(data.features.numpy(), np.concatenate(seen))
    found = find_windows(explorer, KEYS)
    assert list(found.held_out.tune.sets) == ["val", "d"]
    assert list(found.held_out.report.sets) == ["a", "b", "c", "d"]
    assert found.held_out.on_other_sets
    rule, _ = search_lines(found, explorer.prepared.experiment.titles)
    assert rule.startswith("Windows searched on the sets to tune on")
    assert "the lowest average FPR95 on val, d." in rule
    landscapes = [landscape(data, Side.NEURONS, Pruning())]
    assert [one.key for one in leave_one_out(explorer, landscapes)] == ["d"], "only it is in both"


def test_a_threshold_is_chosen_and_judged_on_its_own_sets(explorer):
    snapshot = explorer.at(UNPRUNED)
    planned = plan(explorer, snapshot, KEYS, LimitOod({"val": 0.1}))
    assert {key: len(part) for key, part in planned.basis.tune.ood.items()} == {"val": 61, "d": 24}
    assert {key: part.count for key, part in planned.outcome.ood_accepted.items()} == {
        "a": 40,
        "b": 55,
        "c": 33,
        "d": 24,
    }
    assert (planned.basis.tune.ood["val"] >= planned.threshold).mean() <= 0.1
    assert not plan(explorer, snapshot, ["a"], AcceptId(0.8)).basis.tune.ood
    with pytest.raises(InvalidDataError, match="limited OOD set 'a'"):
        plan(explorer, snapshot, KEYS, LimitOod({"a": 0.1}))


@pytest.mark.parametrize(
    ("keys", "half", "words"),
    [
        (["a", "c"], Half.TUNE, "Expected an OOD set to tune on but all of 'a', 'c' are only for the report"),
        (["val"], Half.REPORT, "Expected an OOD set to report on but 'val' is only to tune on"),
    ],
)
def test_nothing_left_is_said(explorer, keys, half, words):
    with pytest.raises(InvalidDataError, match=words):
        explorer.evaluate(explorer.at(UNPRUNED), keys, half)


def test_the_commands_say_it_too(run):
    assert "OOD set to tune on but 'a' is only for the report" in " ".join(
        run("evaluate", "protocol", "--ood", "a", code=1).stderr.split()
    )
    run("compare", "protocol", "--method", "energy", "--ood", "a")
    assert "to tune on but 'a' is only" in " ".join(
        run("compare", "protocol", "--ood", "a", "--search", code=1).stderr.split()
    )
