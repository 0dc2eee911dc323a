import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from extraction_toy import SeededImages, classifier, image_set
from PIL import UnidentifiedImageError
from typer.testing import CliRunner

import opnp
from opnp.cli.app import app
from opnp.data.image_set import ImageSet
from opnp.errors import MissingDataError
from opnp.experiments.experiment import Experiment
from opnp.features import StoredFeatures
from opnp.features.library import extractions, library_in
from opnp.sensitivity.gradients import sensitivity_sums
from opnp.store import Store


class OneBroken(SeededImages):
    def __getitem__(self, index):
        if index == 5:
            raise UnidentifiedImageError
        return super().__getitem__(index)


def missing():
    raise MissingDataError("Expected the images of Gone but they are not here. Download them.")


def named(key, images):
    return ImageSet(key, key.title(), "", image_set(images, key).identity, lambda: images)


@pytest.fixture(autouse=True)
def _toy_experiment(monkeypatch):
    toy = Experiment(
        key="toy",
        title="Toy",
        description="",
        classifier=classifier,
        id_train=named("train", SeededImages(90)),
        id_test=named("test", OneBroken(30)),
        ood=(named("noise", SeededImages(20)),),
        examples=list,
    )
    gone = Experiment("gone", "Gone", "", missing, toy.id_train, toy.id_test, toy.ood, list)
    monkeypatch.setattr("opnp.experiments.registry.list_experiments", lambda: (toy, gone))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def run(tmp_path):
    def invoke(*arguments, **more):
        return CliRunner().invoke(app, [*arguments, "--cache", str(tmp_path)], **more)

    return invoke


def said(result, code=0):
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_extract_does_every_set_and_says_what_was_skipped(run, tmp_path):
    sets = said(run("extract", "toy", "--json", "--device", "cpu"))["sets"]
    assert [(row["title"], row["rows"], row["width"]) for row in sets] == [
        ("Train", 90, 24),
        ("Test", 29, 24),
        ("Noise", 20, 24),
    ]
    assert sets[1]["skipped"] == [{"index": 5, "reason": "it is not an image"}]
    assert all(Path(row["folder"]).is_relative_to(tmp_path) for row in sets)


def test_extract_prints_a_table_for_people(run):
    result = run("extract", "toy", "--set", "noise", "--format", "float32")
    assert result.exit_code == 0
    assert "Noise" in result.stdout
    assert "float32" in result.stdout
    assert "Train" not in result.stdout


def test_extract_again_goes_on_where_it_was(run, tmp_path):
    first = said(run("extract", "toy", "--json"))
    when = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("chunk-*")}
    assert said(run("extract", "toy", "--json")) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("chunk-*")} == when


def test_map_extracts_what_is_missing_and_keeps_the_sums(run, tmp_path):
    result = said(run("map", "toy", "--json", "--format", "float32", "--no-autocast"))
    [extraction] = extractions(library_in(tmp_path))
    net, images = classifier(), SeededImages(90)
    features = net.features(torch.stack([net.transform(images[index][0]) for index in range(90)]))
    wanted = sensitivity_sums(features, net.weight, net.bias)
    assert result["images"] == 90
    assert result["weights"]["largest"] == pytest.approx(float(wanted.weight_map().max()), rel=1e-5)
    with Store(tmp_path) as store:
        [entry] = store.entries()
        kept = store.get(entry.kind, entry.key)
    assert entry.key["extraction"] == extraction.folder.name
    np.testing.assert_allclose(kept["weights"], wanted.weights, rtol=1e-5)


def test_map_prints_a_table_for_people_and_takes_a_temperature(run):
    hot, cold = run("map", "toy", "--temperature", "10"), run("map", "toy")
    assert "mean over 90 images" in hot.stdout
    assert hot.stdout != cold.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["extract", "nothing"], 1, "Expected `experiment` to be one of 'toy', 'gone' but got 'nothing'"),
        (["extract", "gone"], 3, "Download them"),
        (["extract", "toy", "--set", "other"], 1, "Expected `--set` to be one of 'train', 'test', 'noise'"),
        (["map", "toy", "--device", "abacus"], 1, "Expected `--device` to be one of 'cpu'"),
        (["map", "toy", "--temperature", "0"], 1, "Expected `temperature` to be a finite number above 0"),
        (["cache", "clear", "--id", "zzz"], 1, "`python -m opnp cache list` shows what there is"),
    ],
)
def test_errors_say_what_to_do(run, arguments, code, words):
    result = run(*arguments)
    assert result.exit_code == code
    assert words in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.output
    machine = run(*arguments, "--json")
    assert words in said(machine, code)["error"]


def test_a_wrong_option_is_a_usage_error(run):
    assert run("extract", "toy", "--format", "int8").exit_code == 2
    assert run("extract", "toy", "--batch-size", "0").exit_code == 2


def test_ctrl_c_says_that_it_can_go_on(run, monkeypatch):
    class Interrupted(SeededImages):
        def __getitem__(self, index):
            raise KeyboardInterrupt

    toy = opnp.experiments.registry.load_experiment("toy")
    stopped = Experiment("toy", "", "", classifier, named("train", Interrupted(9)), toy.id_test, (), list)
    monkeypatch.setattr("opnp.experiments.registry.list_experiments", lambda: (stopped,))
    result = run("map", "toy", "--workers", "0")  # a Ctrl-C reaches this process, whoever reads
    assert result.exit_code == 130
    assert "run it again to go on" in result.stderr


def test_cache_list_shows_extractions_and_entries(run, tmp_path):
    assert "Nothing is kept yet" in run("cache", "list").stdout
    said(run("map", "toy", "--json"))
    items = said(run("cache", "list", "--json"))["items"]
    assert {item["kind"] for item in items} == {"extraction", "sensitivity sums"}
    on_disk = sum(path.stat().st_size for path in tmp_path.rglob("*.safetensors"))
    assert sum(item["size_bytes"] for item in items) >= on_disk > 0
    assert all(0 <= item["age_seconds"] < 60 for item in items)
    table = run("cache", "list").stdout
    assert "90 images, 24 features, float16" in table
    assert "kB" in table


def test_cache_list_tells_a_part_from_a_whole(run, monkeypatch):
    from opnp.errors import OpnpError

    def fail(*_):
        raise OpnpError("stop here")

    monkeypatch.setattr("opnp.features.extract._finish", fail)
    assert run("map", "toy").exit_code == 1
    assert "part of 90 images" in run("cache", "list").stdout


def test_cache_list_says_when_an_extraction_was_last_used_and_verify_is_no_use(run, tmp_path):
    said(run("extract", "toy", "--set", "test", "--json"))
    for path in tmp_path.rglob("extractions/*/*"):
        os.utime(path, (0, 0))
    run("cache", "verify")

    def age():
        return said(run("cache", "list", "--json"))["items"][0]["age_seconds"]

    assert age() > 1e9
    said(run("extract", "toy", "--set", "test", "--json"))
    assert age() < 60


def test_cache_info_says_where_and_how_large(run, tmp_path):
    said(run("map", "toy", "--json"))
    info = said(run("cache", "info", "--json"))
    assert info["folder"] == str(tmp_path)
    assert info["size_bytes"].keys() == {"extraction", "sensitivity sums"}
    assert "Limit" in run("cache", "info").stdout


def test_cache_verify_removes_what_is_damaged_and_the_next_run_mends_it(run, tmp_path):
    said(run("map", "toy", "--json"))
    assert said(run("cache", "verify", "--json")) == {"ok": 2, "damaged": []}
    [chunk] = tmp_path.rglob("chunk-*")
    whole = chunk.read_bytes()
    chunk.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    found = said(run("cache", "verify", "--json"), code=1)
    assert (found["ok"], found["damaged"][0]["reason"]) == (1, "chunk 0 has changed")
    assert not chunk.exists()
    said(run("map", "toy", "--json"))
    assert chunk.read_bytes() == whole
    assert "2 whole, 0 damaged" in run("cache", "verify").stdout


def test_whatever_lies_among_the_extractions_is_listed_and_can_be_removed(run, tmp_path):
    library = library_in(tmp_path)
    (library / "a folder" / "within").mkdir(parents=True)
    (library / "a file").write_text("x")
    (library / "a loop").symlink_to(library / "a loop")
    os.mkfifo(library / "a pipe")
    names = {"a folder", "a file", "a loop", "a pipe"}
    items = said(run("cache", "list", "--json"))["items"]
    assert {item["digest"] for item in items} == names
    assert all(item["what"].startswith("not to be used: Expected") for item in items)
    found = said(run("cache", "verify", "--json"), code=1)["damaged"]
    assert {item["id"] for item in found} == names
    assert said(run("cache", "list", "--json"))["items"] == []
    (library / "a file").write_text("x")
    assert said(run("cache", "clear", "-y", "--json"))["removed"] == 1
    assert not (library / "a file").exists()


def test_a_manifest_that_lies_is_listed_kept_for_the_next_run_and_can_be_cleared(run, tmp_path):
    said(run("map", "toy", "--json"))
    [manifest] = tmp_path.rglob("manifest.json")
    manifest.write_text(manifest.read_text().replace("[\n  90", "[\n  -90"))
    assert "kept, since the next run can make it again" in run("cache", "verify").stdout
    assert len(said(run("map", "toy", "--json"))) > 0
    assert said(run("cache", "verify", "--json"))["damaged"] == []
    manifest.write_text("{}")
    found = said(run("cache", "list", "--json"))["items"]
    [name] = [item["digest"] for item in found if item["kind"] == "extraction"]
    assert said(run("cache", "clear", "--id", name, "-y", "--json"))["removed"] == 1
    assert not manifest.parent.exists()


def test_cache_clear_asks_first_and_clears_what_was_named(run):
    said(run("map", "toy", "--json"))
    assert run("cache", "clear", input="n\n").exit_code == 1
    assert len(said(run("cache", "list", "--json"))["items"]) == 2
    assert said(run("cache", "clear", "--kind", "sensitivity sums", "--yes", "--json"))["removed"] == 1
    [left] = said(run("cache", "list", "--json"))["items"]
    assert said(run("cache", "clear", "--id", left["digest"][:8], "-y", "--json"))["freed_bytes"] > 0
    assert said(run("cache", "list", "--json"))["items"] == []
    assert "Removed 0 items" in run("cache", "clear").stdout


def test_cache_clear_keeps_an_extraction_that_is_in_use(run, tmp_path):
    said(run("extract", "toy", "--json"))
    [first, *_] = extractions(library_in(tmp_path))
    stored = StoredFeatures.open(first.folder)
    result = said(run("cache", "clear", "--yes", "--json"))
    assert (result["removed"], result["stayed"]) == (2, 1)
    assert "1 stayed: they are in use" in run("cache", "clear", "--yes").stdout
    assert stored.damaged() == []
    del stored
    assert said(run("cache", "clear", "--yes", "--json"))["freed_bytes"] == first.size_bytes
    assert not list(library_in(tmp_path).iterdir())


def test_the_limit_counts_extractions(run, monkeypatch, caplog):
    monkeypatch.setenv("OPNP_CACHE_LIMIT", "5kB")
    assert len(said(run("extract", "toy", "--json"))["sets"]) == 3
    assert "above the store's limit of 5.0 kB" in caplog.text
    said(run("extract", "toy", "--set", "noise", "--json"))
    left = [item["what"].split(",")[0] for item in said(run("cache", "list", "--json"))["items"]]
    assert left == ["20 images", "29 images"]


def test_the_bar_shows_rate_and_time_left_and_a_log_gets_lines(monkeypatch, capsys):
    from rich.console import Console

    from opnp.cli import _console
    from opnp.features import ExtractionProgress

    monkeypatch.setattr(_console, "_LOG_EVERY", 0)
    with _console.progress_bar("Train") as report:
        report(ExtractionProgress(50, 100, 1))
    assert capsys.readouterr().err == "Train: 50 of 100 images (50 %), 50 a second, 1 s left\n"

    monkeypatch.setattr(_console, "stderr", lambda: Console(stderr=True, force_terminal=True, width=120))
    with _console.progress_bar("Train") as report:
        report(ExtractionProgress(50, 100, 1))
        time.sleep(0.15)
    assert "50 a second, 1 s left" in capsys.readouterr().err


def test_only_the_leading_process_prints(run, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    assert run("extract", "toy", "--json").stdout == ""
    assert run("extract", "toy").stdout == ""


def test_it_runs_as_a_module():
    source = {**os.environ, "PYTHONPATH": str(Path(opnp.__file__).parents[1])}
    ran = subprocess.run(
        [sys.executable, "-m", "opnp", "--help"], env=source, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0
    assert "extract" in ran.stdout
