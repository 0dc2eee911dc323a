"""From a stranger's Lightning checkpoint and folders to a deployed detector, in the terminal."""

import io
import json
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from journey.ledger import Ledger
from journey.recomputed import Recomputed, Scored, accuracy, ece, kept, promised, recomputed, threshold
from journey.world import CLASSES, OOD, World, write_world
from safetensors.torch import load

from opnp.evaluation.splits import half_of

ROOT = Path(__file__).parents[2]
WEIGHTS, NEURONS = (20.0, 99.0), (10.0, 100.0)
WINDOWS = ("--weights", "20", "99", "--neurons", "10", "100")
METHODS = ("energy", "msp", "maxlogit", "react(percentile=100)", "pruned+energy", "mahalanobis")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def said(world, tmp_path_factory):
    """What each command prints, by name; files lie beside."""
    folder = tmp_path_factory.mktemp("work")
    sets = [world.folder / name for name in ("test", *OOD)]
    methods = [part for method in METHODS for part in ("--method", method)]
    nothing_yet = {"experiments": ["experiments", "stripes", "--json"]}
    first = {
        "extract": ["extract", "stripes", "--format", "float32", "--workers", "0", "--json"],
    }
    then = {
        "evaluate": ["evaluate", "stripes", *WINDOWS, "--json", "--csv", "evaluate.csv"],
        "compare": ["compare", "stripes", *WINDOWS, *methods, "--json", "--csv", "compare.csv"],
        "deploy": ["deploy", "stripes", *WINDOWS, "--json"],
        "score": ["score", "stripes", *WINDOWS, *sets, "--json", "--csv", "score.csv"],
    }
    last = {
        "understood": ["experiments", "stripes", "--json"],
        "detector": ["score", "detector.zip", *sets, "--json"],
    }
    found = {"folder": folder}
    for commands in (nothing_yet, first, then, last):
        with ThreadPoolExecutor(2) as pool:  # both cores
            jobs = {name: pool.submit(_run, world, folder, parts) for name, parts in commands.items()}
        found |= {name: job.result() for name, job in jobs.items()}
    return found


@pytest.fixture(scope="module")
def own(world):
    """Everything recomputed, unpruned."""
    return recomputed(world)


@pytest.fixture(scope="module")
def mask(said, own, ledger):
    """Which weights the detector keeps, proven against ranks of the recomputed sensitivities."""
    with zipfile.ZipFile(said["folder"] / "detector.zip") as archive:
        head = load(archive.read("tensors.safetensors"))["head.weight"].numpy()
    came = head != 0
    by_weight, unclear = kept(own.maps[0], WEIGHTS, own.map_slack[0])
    by_neuron, doubtful = kept(own.maps[1], NEURONS, own.map_slack[1])
    clear = ~(unclear | doubtful)
    for mine, theirs in zip((by_weight & by_neuron)[clear], came[clear], strict=True):
        ledger.same("weights pruned or kept", bool(theirs), bool(mine))
    assert np.array_equal(head[came], own.weight.astype(np.float32)[came])
    realised = json.loads(said["deploy"])["realised"]
    assert realised == json.loads(said["evaluate"])["realised"]
    ledger.same("counts", realised["pruned_weights"], int((~came).sum()))
    ledger.same("counts", realised["pruned_neurons"], int((~by_neuron).sum()))
    return came


@pytest.fixture(scope="module")
def ledger():
    """Prints at the end what was compared; `-s` shows it."""
    book = Ledger()
    yield book
    print(f"\n{book}")  # noqa: T201


@pytest.fixture(scope="module")
def heads(own, mask):
    """Before and after."""
    return {"unpruned": own, "pruned": own.pruned(mask)}


def test_what_was_understood_is_what_the_stranger_has(said, world, own, ledger):
    before, after = (json.loads(said[name]) for name in ("experiments", "understood"))
    assert (tuple(before["classes"]), before["width"], before["accuracy"]) == (CLASSES, 48, None)
    assert (before["problem"], before["missing"], before["warnings"]) == (None, [], [])
    ledger.close("accuracy", after["accuracy"], *accuracy(own.scored("test"), own.labels, own.slack))
    sets = {one["key"]: one for one in after["sets"]}
    assert {name: one["skipped"] for name, one in sets.items()} == {
        "train": 0,
        "test": 1,
        "checkers": 0,
        "dusk": 1,
    }
    assert sets["test"]["left_out"] == "1 .txt"
    for name, one in sets.items():
        ledger.same("counts", one["images"] - one["skipped"], len(world.pictures(name)))


def test_evaluate_gives_the_recomputed_figures(said, heads, ledger):
    printed = json.loads(said["evaluate"])
    for name, head in heads.items():
        there = printed[name]
        for half in ("tune", "report"):
            (test, labels), on_id = head.test(half), there["id"][half]
            ledger.same("counts", on_id["images"], len(labels))
            ledger.close("accuracy", on_id["accuracy"], *accuracy(test, labels, head.slack))
            ledger.close("ECE", on_id["ece"], *ece(test, labels, head.slack))
            ledger.close("thresholds", on_id["threshold"], threshold(test.scores), head.slack)
            halves = {key: _half(head.scored(key).scores, half) for key in OOD}
            for record in there[half]:
                ood = halves.get(record["set"], list(halves.values()))
                for figure in ("fpr95", "auroc", "aupr_id", "aupr_ood", "fpr95_ood_positive"):
                    ledger.against(figure, record[figure], test.scores, ood, head.slack)
    figures = [there["report"][0]["fpr95"] for there in (printed["unpruned"], printed["pruned"])]
    assert all(0 < value < 1 for value in figures), "a world in which no figure is trivial"


def test_its_csv_holds_the_same(said, ledger):
    printed = json.loads(said["evaluate"])
    table = pd.read_csv(said["folder"] / "evaluate.csv")
    for name, method in {"unpruned": "Energy", "pruned": "OPNP"}.items():
        for half in ("tune", "report"):
            rows = table[(table.method == method) & (table.half == half)].set_index("set")
            for record in printed[name][half]:
                for figure, value in record.items():
                    if figure != "set":
                        ledger.same("cells of a CSV", float(rows.loc[record["set"], figure]), float(value))


def _log_odds(logits):
    """The largest logit over the logsumexp of the others, which ranks as its probability does."""
    ascending = np.sort(logits, axis=1)
    return ascending[:, -1] - np.logaddexp.reduce(ascending[:, :-1], axis=1)


def test_compare_gives_the_recomputed_figures(said, heads, ledger):
    rows = {row["recipe"]: row for row in json.loads(said["compare"])["rows"]}
    assert len(rows) == len(METHODS)
    assert all(row["reason"] is None for row in rows.values()), "labels of the training folders are read"
    table = pd.read_csv(said["folder"] / "compare.csv")
    own, pruned = heads["unpruned"], heads["pruned"]
    highest = own.features["train"].max()
    logits = {key: own.features[key] @ own.weight.T + own.bias for key in ("test", *OOD)}
    cut = {key: np.minimum(own.features[key], highest) @ own.weight.T + own.bias for key in ("test", *OOD)}
    ways = {
        "energy": {key: own.scored(key).scores for key in logits},
        "msp": {key: _log_odds(each) for key, each in logits.items()},
        "maxlogit": {key: each.max(1) for key, each in logits.items()},
        "react": {key: np.logaddexp.reduce(each, axis=1) for key, each in cut.items()},
        "weights": {key: pruned.scored(key).scores for key in logits},
    }
    for way, scores in ways.items():
        recipe = next(name for name in rows if name.startswith(way))
        halves = {key: _half(scores[key], "report") for key in OOD}
        for record in rows[recipe]["sets"]:
            ood = halves.get(record["set"], list(halves.values()))
            cells = table[(table.recipe == recipe) & (table.set == record["set"])].iloc[0]
            for figure in ("fpr95", "auroc", "aupr_id", "aupr_ood"):
                ids = _half(scores["test"], "report")
                ledger.against(figure, record[figure], ids, ood, 2 * own.slack)
                ledger.same("cells of a CSV", float(cells[figure]), record[figure])


def test_the_detectors_threshold_and_what_follows_from_it(said, heads, ledger):
    detector, head = json.loads(said["deploy"]), heads["pruned"]
    test = head.scored("test")
    mine = half_of(len(head.labels), "tune")
    _steady(detector["threshold"], head, test.scores[mine], ledger)
    rest = half_of(len(head.labels), "report")
    metrics, at = detector["metrics"], detector["threshold"]
    _counted(metrics["id_accepted"], test.scores[rest], at, head.slack, ledger)
    for key in OOD:
        _counted(
            metrics["ood_accepted"][key], _half(head.scored(key).scores, "report"), at, head.slack, ledger
        )
    right = (test.predicted == head.labels)[rest]
    assert (test.lead > 2 * head.slack).all() or pytest.skip("two classes all but tie")
    ledger.same("counts", metrics["accuracy"]["hits"], int(right.sum()))
    _counted(metrics["accuracy_accepted"], test.scores[rest][right], at, head.slack, ledger, "hits")
    halves = [_half(head.scored(key).scores, "report") for key in OOD]
    for figure in ("fpr95", "auroc"):
        ledger.against(figure, metrics[figure]["value"], test.scores[rest], halves, head.slack)


def test_single_pictures_get_the_recomputed_scores_and_verdicts(said, world, heads, ledger):
    detector = json.loads(said["deploy"])
    by_detector, by_experiment = _lines(said["detector"]), _lines(said["score"])
    assert set(by_detector) == set(by_experiment)
    for key in ("test", *OOD):
        before, after = (heads[name].scored(key) for name in ("unpruned", "pruned"))
        slack = heads["pruned"].slack
        for place, file in enumerate(world.pictures(key)):
            one, both = by_detector[str(file)], by_experiment[str(file)]
            accepted = not one["is_ood"]
            _judged({**one, "accepted": accepted}, after, place, detector["threshold"], slack, ledger)
            for name, said_of in (("unpruned", before), ("pruned", after)):
                at = threshold(heads[name].test("tune")[0].scores)
                _judged(both[name], said_of, place, at, slack, ledger)
    skipped = {Path(file).name for file, one in by_detector.items() if "skipped" in one}
    assert skipped == {"broken.png", "broken.jpg", "notes.txt"}


def test_raw_scores_of_the_csv_give_the_same_figures(said, world, heads, ledger):
    table = pd.read_csv(said["folder"] / "score.csv").set_index("file")
    printed = json.loads(said["evaluate"])
    for name, head in heads.items():
        scores = {
            key: table.loc[[str(file) for file in world.pictures(key)], f"score_{name}"].to_numpy()
            for key in ("test", *OOD)
        }
        for half in ("tune", "report"):
            halves = {key: _half(scores[key], half) for key in OOD}
            for record in printed[name][half]:
                ood = halves.get(record["set"], list(halves.values()))
                for figure in ("fpr95", "auroc", "aupr_id", "aupr_ood"):
                    ledger.against(figure, record[figure], _half(scores["test"], half), ood, head.slack)


def _run(world: World, folder: Path, parts: list[str | Path]) -> str:
    environment = os.environ | {
        "OPNP_EXPERIMENTS": str(world.file),
        "OPNP_CACHE": str(folder / "cache"),
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }
    device = () if parts[0] == "experiments" else ("--device", "cpu")
    command = [sys.executable, "-m", "opnp", *map(str, parts), *device]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def _lines(text: str) -> dict[str, dict[str, object]]:
    return {line["file"]: line for line in map(json.loads, io.StringIO(text))}


def _half(scores: np.ndarray, half: str) -> np.ndarray:
    return scores[half_of(len(scores), half)]


def _steady(came: float, head: Recomputed, ids: np.ndarray, ledger: Ledger) -> None:
    """The middle of the gap below the score that accepts 95 % of ID to come, with 95 % confidence."""
    at = promised(ids)
    every = np.concatenate([ids, *(_half(head.scored(key).scores, "tune") for key in OOD)])
    below = every[every < at - 2 * head.slack].max()
    near = every[np.abs(every - at) <= 2 * head.slack]  # may stand on either side
    middles = [(at + other) / 2 for other in (below, *near[near != at])]
    ledger.close("thresholds", came, min(middles, key=lambda middle: abs(middle - came)), 2 * head.slack)


def _counted(
    came: dict[str, float], scores: np.ndarray, at: float, slack: float, ledger: Ledger, only: str = ""
) -> None:
    ledger.between("counts", came["hits"], (scores >= at + slack).sum(), (scores >= at - slack).sum())
    if not only:
        ledger.same("counts", came["count"], len(scores))


def _judged(
    came: dict[str, object], said: Scored, place: int, at: float, slack: float, ledger: Ledger
) -> None:
    ledger.close("scores of pictures", came["score"], said.scores[place], slack)
    ledger.close("confidences of pictures", came["confidence"], said.confidence[place], 2 * slack)
    if said.lead[place] > 2 * slack:
        ledger.same("classes of pictures", came["class"], CLASSES[said.predicted[place]])
    if abs(said.scores[place] - at) > 2 * slack:
        ledger.same("verdicts of pictures", came["accepted"], bool(said.scores[place] >= at))
