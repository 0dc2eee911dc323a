"""From a promise to the monitor, in a browser and a terminal: every number again with numpy and scipy."""

import csv
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from pages import FIRST_START, at_rest
from PIL import Image
from playwright.sync_api import Page, expect
from scipy import stats

from opnp.detector import Detector
from opnp.evaluation.splits import id_half
from opnp.experiments.builtin import data
from opnp.experiments.builtin.net import FashionTransform, load_fashion_net

pytestmark = pytest.mark.browser
ACCEPTED, SURE, RATE = 0.9, 0.95, 0.1


@dataclass(frozen=True)
class Energies:
    """Energy scores of the ID halves and of a folder under the head without its most sensitive weights."""

    tune: np.ndarray
    report: np.ndarray
    folder: np.ndarray


@pytest.fixture(scope="module")
def pictures():
    """Held-out ID images, mixed with noise."""
    images = data.fashion_test()[0]
    held_out = images[id_half(len(images), "report")[:150]]
    mixed = np.concatenate([held_out, data.ood_images("noise")[:60]])
    return mixed[np.random.default_rng(4).permutation(len(mixed))]


@pytest.fixture(scope="module")
def energies(pictures):
    net, transform = load_fashion_net(), FashionTransform()

    def features(pixels):
        with torch.no_grad():
            batch = torch.stack([transform(Image.fromarray(picture)) for picture in pixels])
            return torch.cat([net.features(part) for part in batch.split(500)]).double().numpy()

    weight, bias = (part.detach().double().numpy() for part in (net.head.weight, net.head.bias))
    train = features(data.fashion_train()[0])
    logits = train @ weight.T + bias
    posterior = np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None])
    sensitivity = posterior.T @ np.abs(train) / len(train)
    pruned = np.where(stats.rankdata(sensitivity).reshape(weight.shape) > 0.99 * weight.size, 0, weight)

    def energy(pixels):
        return np.logaddexp.reduce(features(pixels) @ pruned.T + bias, axis=1)

    known = energy(data.fashion_test()[0])
    return Energies(known[id_half(4000, "tune")], known[id_half(4000, "report")], energy(pictures))


@pytest.fixture
def folder(pictures, tmp_path):
    for number, pixels in enumerate(pictures):
        path = tmp_path / "today" / f"{number:03}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)
    return tmp_path / "today"


def terminal(*arguments: str | Path) -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "opnp", *map(str, arguments), "--device", "cpu"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def downloaded(page: Page, button: str, path: Path) -> Path:
    with page.expect_download(timeout=FIRST_START) as download:
        page.get_by_role("button", name=button).click()
    download.value.save_as(path)
    return path


def first_alarm(rows: list[int], known: int, images: int) -> int | None:
    """The image at which Fisher's test of the rejections is an alarm, by what docs/monitor.md says."""
    found = []
    for level in range(int(np.log2(len(rows) / 50)) + 1):
        size = 50 * 2**level
        for look in range(1, len(rows) // size + 1):
            seen = sum(rows[(look - 1) * size : look * size])
            law = stats.hypergeom(images + size, known + seen, size)
            spent = 0.9 * 0.05 * 0.4 / ((level + 1) * (level + 2)) / (look * (look + 1))
            if 2 * min(law.sf(seen - 1), law.cdf(seen)) <= spent:
                found.append(look * size)
    return min(found, default=None)


def test_promise_download_score_monitor(page: Page, energies: Energies, folder: Path, tmp_path: Path):
    page.goto("/deploy?weights=0&weights=99&tpr=90")
    promise = page.get_by_text(re.compile(r"Promised: .*90 %"))
    expect(promise).to_contain_text("95 % confidence", timeout=FIRST_START)
    at_rest(page)
    detector = downloaded(page, "Download the detector", tmp_path / "detector.zip")

    ascending, n = np.sort(energies.tune), energies.tune.size
    places = np.arange(n)
    place = places[stats.beta.sf(ACCEPTED, n - places, places + 1) >= SURE].max()
    threshold = Detector.load(detector).threshold
    assert ascending[place - 1] < threshold <= ascending[place]

    scored = tmp_path / "scores.csv"
    said = terminal("score", detector, folder, "--csv", scored, "--false-discovery", str(RATE))
    rows = list(csv.DictReader(scored.open()))
    assert [Path(row["file"]).name for row in rows] == [path.name for path in sorted(folder.iterdir())]
    assert [float(row["score"]) for row in rows] == pytest.approx(energies.folder, abs=1e-3)
    below = np.searchsorted(np.sort(energies.report), energies.folder, side="right")
    p_values = (1 + below) / (energies.report.size + 1)
    assert [float(row["p_value"]) for row in rows] == pytest.approx(p_values, abs=0.0025)
    rejected = [row["is_ood"] in ("True", "true", "1") for row in rows]
    assert rejected == [score < threshold for score in energies.folder]
    discovered = int(re.search(r"(\d+) of 210 images rejected", said)[1])
    adjusted = stats.false_discovery_control(p_values)
    assert np.sum(adjusted <= RATE * 0.98) <= discovered <= np.sum(adjusted <= RATE * 1.02)

    page.goto("/monitor")
    page.locator(".st-key-monitor-detector input").set_input_files(detector, timeout=FIRST_START)
    expect(page.get_by_role("button", name="Remove detector.zip")).to_be_visible()
    at_rest(page)
    page.locator(".st-key-monitor-scores-file input").set_input_files(scored)
    known = int(np.sum(energies.report < threshold))
    at = first_alarm(rejected, known, energies.report.size)
    expect(page.get_by_text(re.compile(f"Alarm: from image {at} on"))).to_be_visible()
    report = downloaded(page, "Download the report", tmp_path / "monitor.html").read_text()
    share = f"{100 * sum(rejected) / 210:.1f} %"
    assert f"210 images, {sum(rejected)} of them rejected: {share}" in report
    assert f"{100 * known / 2000:.1f} %" in report
    moved = stats.wasserstein_distance(energies.report, energies.folder)
    moved /= stats.iqr(energies.report)
    said_to_have_moved = float(re.search(r"by (\d+\.\d+) of the ID scores", report)[1])
    assert said_to_have_moved == pytest.approx(moved, abs=0.011)
