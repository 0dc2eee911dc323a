"""`score --false-discovery` rejects the files of a call together, for an experiment and for a detector."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import stats
from toy_experiment import to_pixels

from opnp.cli.score_false_discovery import explained
from opnp.detector import Detector, archive

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
NEURONS = ["--neurons", "30", "100"]


@pytest.fixture
def mixed(pictures, blobs):
    """Twenty ID images, ten far from all of them, and a file that is none."""
    for place, pixels in enumerate(to_pixels(blobs.test[3:20])):
        Image.fromarray(pixels).save(pictures / f"more-{place:02}.png")
    for place in range(9):
        pixels = np.full((1, 2), 123 + place, dtype=np.uint8)
        Image.fromarray(pixels).save(pictures / "deeper" / f"out-{place}.png")
    return pictures


def rows(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def rejected_by_scipy(records, rate):
    return (stats.false_discovery_control([record["p_value"] for record in records]) <= rate + 1e-12).tolist()


@pytest.fixture
def made(run):
    assert run("deploy", "toy", *NEURONS).exit_code == 0
    return Path("detector.zip")


def test_an_experiment_rejects_under_each_head(run, mixed):
    result = run("score", "toy", mixed, *NEURONS, "--false-discovery", "20", "--json", "--csv", "s.csv")
    plain = run("score", "toy", mixed, *NEURONS, "--json")
    both = rows(result)
    assert [row["file"] for row in both] == [row["file"] for row in rows(plain)]
    assert sum("skipped" in row for row in both) == 1
    scored = [row for row in both if "skipped" not in row]
    for head in ("unpruned", "pruned"):
        records = [row[head] for row in scored]
        assert [record["rejected"] for record in records] == rejected_by_scipy(records, 0.2)
    assert "rejected" not in rows(plain)[-1]["pruned"]
    assert {row["pruned"]["rejected"] for row in scored} == {True, False}
    written = list(csv.DictReader(Path("s.csv").read_text().splitlines()))
    assert [row["rejected_pruned"] for row in written] == [str(row["pruned"]["rejected"]) for row in scored]
    assert [float(row["p_value_unpruned"]) for row in written] == [r["unpruned"]["p_value"] for r in scored]
    about = json.loads(Path("s.csv-metadata.json").read_text())
    words = " ".join(result.stderr.split())
    assert about["rejected"] in words
    assert "at most 20 % of what is rejected is ID" in words
    assert "exchangeable with the 100 held-out ID images" in words
    assert "small is strange" in about["p_values"]


def test_a_detector_rejects_by_its_own_reference(run, mixed, made):
    result = run("score", made, mixed, "--false-discovery", "20", "--json")
    said = [row for row in rows(result) if "score" in row]
    assert [row["rejected"] for row in said] == rejected_by_scipy(said, 0.2)
    own = Detector.load(made).reference.scores.numpy()
    for row in said:
        assert row["p_value"] == (1 + (own <= np.float32(row["score"])).sum()) / (len(own) + 1)
    assert all(row["rejected"] for row in said if "out" in row["file"])


@pytest.mark.parametrize("model", ["toy", "detector.zip"])
@pytest.mark.usefixtures("made")
def test_tables_for_people_say_what_is_promised_and_assumed(run, mixed, model):
    out = run("score", model, mixed, "--false-discovery", "20").stdout
    words = " ".join(out.split())
    for said in ("Stranger, %", "Rejected", "False discovery at most 20 %:", "Assumed: the ID images among"):
        assert said in words
    before = run("score", model, mixed).stdout
    assert "Stranger, %" in before
    assert "stranger than that share of held-out ID images" in " ".join(before.split())
    assert "Rejected" not in before


def test_both_counts_are_told_where_something_is_pruned(run, mixed):
    words = run("score", "toy", mixed, *NEURONS, "--false-discovery", "20").stdout
    assert "→" in words.partition("False discovery at most 20 %:")[2].partition("of 30 images")[0]


def test_too_few_strange_ones_to_reject_are_told(run, mixed):
    words = run("score", "toy", mixed, "--false-discovery", "5").stdout
    assert "unless at least 6 are strange" in " ".join(words.split())
    assert "too few to reject anything at this rate" in explained(0.01, 5, "0", 50)
    assert "few" not in explained(0.1, 5, "0", 50)


def test_a_rate_is_a_fraction_or_in_percent(run, mixed):
    fraction, percent = (
        run("score", "toy", mixed, "--false-discovery", rate, "--json").stdout for rate in ("0.2", "20")
    )
    assert fraction == percent


@pytest.mark.parametrize("rate", ["0", "-0.1", "101", "nan"])
def test_what_is_no_rate_is_refused_with_what_to_write(run, complains, mixed, rate):
    complains(run("score", "toy", mixed, "--false-discovery", rate), 1, "such as 0.1, or 10 in percent")


def test_a_detector_of_before_says_so(run, complains, mixed, made):
    said, tensors = archive.unpack(made.read_bytes())
    del said["reference"], tensors["reference.scores"]
    made.write_bytes(archive.pack(said, tensors))
    complains(run("score", made, mixed, "--false-discovery", "10"), 1, "made before detectors did")
    assert {row.get("p_value") for row in rows(run("score", made, mixed, "--json"))} == {None}
    assert "–" in run("score", made, mixed / "in-0.png").stdout
