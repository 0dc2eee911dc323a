"""A stranger's experiment on the page, from its card to a detector; every figure recomputed from pictures."""

import json
import os
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from journey.ledger import Ledger
from journey.recomputed import accuracy, ece, recomputed, threshold
from journey.world import CLASSES, OOD, write_world
from pages import FIRST_START, at_rest, card, give, metric, set_end
from playwright.sync_api import Page, expect
from safetensors.torch import load

from opnp.evaluation.splits import half_of
from recipes import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def server(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    log = folder / "log.txt"
    with serving.dashboard(log, folder / "cache", "--experiment", str(world.file)) as address:
        yield address
    assert "Traceback" not in log.read_text(), log.read_text()


def test_from_the_card_to_a_detector_elsewhere(page: Page, world, tmp_path):
    ledger, own = Ledger(), recomputed(world)
    page.goto("/experiments")
    offered = (
        page.get_by_test_id("stVerticalBlock").filter(has_text="tells four kinds of stripes apart.").last
    )
    offered.get_by_text("What was understood").click()
    expect(offered.get_by_text(re.compile("48 features to 4 classes"))).to_be_visible()
    expect(offered.get_by_text(re.compile("not computed yet"))).to_be_visible()
    offered.get_by_role("button", name="Open").click()
    expect(metric(page, "FPR95")).to_be_visible(timeout=FIRST_START)
    expect(page.get_by_text(re.compile("1 image skipped")).first).to_be_visible()
    at_rest(page)
    expect(page).to_have_url(re.compile("experiment=stripes"))
    _explored(page, own, ledger)
    set_end(page, "Neurons kept, by sensitivity: from", "30")
    expect(card(page, "Weights pruned")).to_contain_text("56 of 192")  # 14 columns of 48
    at_rest(page)

    page.get_by_test_id("stTopNavLink").filter(has_text="Deploy").click()
    with page.expect_download(timeout=FIRST_START) as download:
        page.get_by_role("button", name="Download the detector").click()
    path = tmp_path / "detector.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        head = load(archive.read("tensors.safetensors"))["head.weight"].numpy()
    pruned = own.pruned(head != 0)
    least = np.argsort(own.maps[1], kind="stable")[:14]
    assert set(np.flatnonzero((head == 0).all(0))) == set(least)

    sets = [str(world.folder / name) for name in ("test", *OOD)]
    command = [sys.executable, "-m", "opnp", "score", str(path), *sets, "--json", "--device", "cpu"]
    environment = os.environ | {"OPNP_EXPERIMENTS": str(world.file), "PYTHONPATH": str(serving.ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = {line["file"]: line for line in map(json.loads, done.stdout.splitlines())}
    for key in ("test", *OOD):
        said = pruned.scored(key)
        for place, file in enumerate(world.pictures(key)):
            line = lines[str(file)]
            ledger.close("scores of pictures", line["score"], said.scores[place], own.slack)
            if abs(said.scores[place] - line["threshold"]) > 2 * own.slack:
                ledger.same("verdicts", line["is_ood"], bool(said.scores[place] < line["threshold"]))

    _uploaded(page, world, own, pruned, ledger)
    print(f"\n{ledger}")  # noqa: T201


def _explored(page: Page, own, ledger: Ledger) -> None:
    """What the cards say of the unpruned model, to the decimal that they show."""
    halves = {
        half: [own.scored(key).scores[half_of(len(own.features[key]), half)] for key in OOD]
        for half in ("tune", "report")
    }
    ids = {half: own.test(half)[0].scores for half in ("tune", "report")}
    for label, figure in (("FPR95", "fpr95"), ("AUROC", "auroc")):
        shown = card(page, label)
        ledger.against(
            figure,
            _percent(shown.locator(".value").inner_text()),
            ids["tune"],
            halves["tune"],
            own.slack,
            0.01,
        )
        held = _percent(shown.locator(".note").inner_text())
        ledger.against(figure, held, ids["report"], halves["report"], own.slack, 0.01)
    for label, (value, bound) in {
        "ECE": ece(*own.test("tune"), own.slack),
        "ID accuracy": accuracy(*own.test("tune"), own.slack),
    }.items():
        ledger.close(label, _percent(metric(page, label).inner_text()) / 100, value, bound + 0.0005)


def _uploaded(page: Page, world, own, pruned, ledger: Ledger) -> None:
    """One picture on Images: class and scores, to the decimals that are shown."""
    place = 41
    file = world.pictures("test")[place]
    page.get_by_test_id("stTopNavLink").filter(has_text="Images").click()
    give(page, file)
    shown = page.get_by_text(re.compile(r"^Score .* → .*, threshold"))
    expect(shown).to_be_visible()
    before, after, at = map(float, re.findall(r"-?\d+\.\d+", shown.inner_text()))
    said = pruned.scored("test")
    ledger.close("shown scores", before, own.scored("test").scores[place], own.slack + 0.005)
    ledger.close("shown scores", after, said.scores[place], own.slack + 0.005)
    ledger.close("shown scores", at, threshold(pruned.test("tune")[0].scores), own.slack + 0.005)
    expect(page.get_by_text(CLASSES[said.predicted[place]], exact=True).first).to_be_visible()


def _percent(text: str) -> float:
    found = re.search(r"[\d.]+", text)
    assert found, text
    return float(found[0])
