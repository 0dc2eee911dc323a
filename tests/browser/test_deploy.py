"""From a slider on the Deploy page to a detector that scores a folder where only the package is installed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import FIRST_START, at_rest
from PIL import Image
from playwright.sync_api import Page, expect

from opnp.detector import Detector
from opnp.experiments.builtin.data import fashion_test, ood_images

pytestmark = pytest.mark.browser


def test_a_widget_that_the_address_could_not_set_writes_it_from_then_on(page: Page):
    page.goto("/deploy?tpr=many")
    refused = page.get_by_text(re.compile("The address says “tpr” is “many”"))
    expect(refused).to_have_count(1, timeout=FIRST_START)
    expect(page.get_by_role("button", name="Download the detector")).to_be_visible()
    at_rest(page)
    page.get_by_role("slider", name=re.compile("ID images to accept")).focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"tpr=94\.5"))
    expect(refused).to_have_count(0)


ROOT = Path(__file__).parents[2]
PACKAGE = ("opnp", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
PIP = ("-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """`opnp` of a new virtual environment: this package and what it needs, nothing of the dashboard."""
    folder = tmp_path_factory.mktemp("elsewhere")
    python = folder / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    pins = re.findall(r"^\S+==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    (folder / "pins.txt").write_text("\n".join(pins))
    smallest = next(pin for pin in pins if pin.startswith("diskcache=="))
    reached = subprocess.run([python, *PIP, smallest], capture_output=True, text=True)
    if reached.returncode and not os.environ.get("CI"):
        pytest.skip(f"No package index can be reached: {reached.stderr.strip().splitlines()[-1]}")
    for name in PACKAGE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    subprocess.run([python, *PIP, "--constraint", folder / "pins.txt", folder], check=True)
    yield python.with_name("opnp")
    shutil.rmtree(folder)  # over a gigabyte


def run_there(program: Path, *arguments: str | Path) -> str:
    """What a program of the new environment prints, away from the repository."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [program, *arguments],
        cwd=program.parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def threshold(page: Page) -> str:
    shown = page.get_by_test_id("stMetric").filter(has_text="Threshold").get_by_test_id("stMetricValue")
    expect(shown).to_be_visible(timeout=FIRST_START)
    return shown.inner_text()


def test_from_slider_to_scored_folder(page: Page, elsewhere: Path, tmp_path: Path):
    page.goto("/deploy?weights=0&weights=99")
    before = threshold(page)
    page.get_by_role("slider", name=re.compile("ID images to accept")).first.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    value = page.get_by_test_id("stMetric").filter(has_text="Threshold").get_by_test_id("stMetricValue")
    expect(value).not_to_have_text(before)
    expect(page.get_by_text("90 %", exact=True)).to_be_visible()
    at_rest(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the detector").click()
    path = tmp_path / "detector.zip"
    download.value.save_as(path)
    detector = Detector.load(path)
    assert f"{detector.threshold:.3f}" == value.inner_text()
    assert detector.manifest.values["rule"] == {"rule": "AcceptId", "tpr": 0.9, "confidence": 0.95}
    assert detector.manifest.values["pruning"]["weights"] == [0.0, 99.0]

    folder = tmp_path / "pictures"
    folder.mkdir()
    pixels = {f"id-{n:02}.png": p for n, p in enumerate(fashion_test()[0][:20])}
    pixels |= {f"ood-{n:02}.png": p for n, p in enumerate(ood_images("noise")[:20])}
    for name, array in pixels.items():
        Image.fromarray(array).save(folder / name)
    where = "import importlib.util as u; print(u.find_spec('opnp').origin, u.find_spec('streamlit'))"
    installed, dashboard = run_there(elsewhere.with_name("python"), "-P", "-c", where).split()
    assert Path(installed).is_relative_to(elsewhere.parents[1])
    assert dashboard == "None"
    said = run_there(elsewhere, "score", path, folder, "--json", "--device", "cpu")
    rows = [json.loads(line) for line in said.splitlines()]
    assert [Path(row["file"]).name for row in rows] == sorted(pixels)
    here = detector([pixels[name] for name in sorted(pixels)])
    assert [(row["class"], row["is_ood"]) for row in rows] == [(r.class_name, r.is_ood) for r in here]
    assert [row["score"] for row in rows] == pytest.approx([r.score for r in here], abs=1e-4)
    assert all(row["is_ood"] for row in rows if "ood-" in row["file"])
