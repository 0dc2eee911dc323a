"""From a slider on the Deploy page to a detector that scores a folder in a process of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from opnp.detector import Detector
from opnp.embedded.data import fashion_test, ood_images

pytestmark = pytest.mark.browser
FIRST_START = 240_000


def threshold(page: Page) -> str:
    shown = page.get_by_test_id("stMetric").filter(has_text="Threshold").get_by_test_id("stMetricValue")
    expect(shown).to_be_visible(timeout=FIRST_START)
    return shown.inner_text()


def test_from_slider_to_scored_folder(page: Page, tmp_path: Path):
    page.goto("/deploy?weights=0&weights=99")
    before = threshold(page)
    page.get_by_role("slider", name=re.compile("ID images to accept")).first.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    value = page.get_by_test_id("stMetric").filter(has_text="Threshold").get_by_test_id("stMetricValue")
    expect(value).not_to_have_text(before)
    expect(page.get_by_text("90 %", exact=True)).to_be_visible()
    page.wait_for_timeout(1500)  # until the last of the ten steps is drawn
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the detector").click()
    path = tmp_path / "detector.zip"
    download.value.save_as(path)
    detector = Detector.load(path)
    assert f"{detector.threshold:.3f}" == value.inner_text()
    assert detector.manifest.said["rule"] == {"rule": "AcceptId", "tpr": 0.9}
    assert detector.manifest.said["pruning"]["weights"] == [0.0, 99.0]

    folder = tmp_path / "pictures"
    folder.mkdir()
    pixels = {f"id-{n:02}.png": p for n, p in enumerate(fashion_test()[0][:20])}
    pixels |= {f"ood-{n:02}.png": p for n, p in enumerate(ood_images("noise")[:20])}
    for name, array in pixels.items():
        Image.fromarray(array).save(folder / name)
    command = [sys.executable, "-m", "opnp", "score", path, folder, "--json", "--device", "cpu"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(row["file"]).name for row in rows] == sorted(pixels)
    here = detector([pixels[name] for name in sorted(pixels)])
    assert [(row["class"], row["is_ood"]) for row in rows] == [(r.class_name, r.is_ood) for r in here]
    assert [row["score"] for row in rows] == pytest.approx([r.score for r in here], abs=1e-4)
    assert all(row["is_ood"] for row in rows if "ood-" in row["file"])
