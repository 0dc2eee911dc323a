"""What the browser draws under a thumb by itself is what the server says on release."""

import re

import numpy as np
import pytest
from pages import PATIENCE, card, grab, metric, open_explore, previews
from playwright.sync_api import Page, expect

from opnp.pruning import rank_bounds
from recipes import serving

pytestmark = pytest.mark.browser

LINKS = (
    "",
    "?weights=10&weights=100",
    "?scope=per+class&neurons=20&neurons=90",
    "?definition=weights&neurons=30&neurons=100&ood=mnist&ood=noise",
    "?weights=0&weights=99&a=0&a=98.75&a=5&a=100&a=per+class&a=activation",
)
NEURONS = 256
LABELS = ("FPR95", "AUROC", "ECE", "ID accuracy", "Weights pruned")
BARS = """() => [...document.querySelectorAll(".st-key-histograms *")]
  .flatMap((node) => [...node.shadowRoot?.querySelectorAll("path.moves, line.moves") ?? []])
  .map((part) => part.getAttribute("d") ?? part.getAttribute("transform"))"""
WIDE = """[experiment]
title = "Wide"

[classifier]
source = "features"
path = "wide.npz"

[[ood]]
key = "far"
"""


def shown(page: Page) -> dict[str, list[str]]:
    """The cards' numbers and changes, and the table's."""
    figures = {
        label: [card(page, label).locator(part).inner_text() for part in (".value", ".change")]
        for label in LABELS
    }
    rows = page.locator(".sets tbody tr")
    return figures | {"table": [row.locator("td").nth(2).inner_text() for row in rows.all()]}


def settled(page: Page) -> None:
    expect(card(page, "FPR95").locator(".note")).to_have_text(re.compile("held out [0-9]"))


@pytest.mark.parametrize("link", LINKS)
def test_the_preview_is_what_the_server_says_on_release(page: Page, link):
    open_explore(page, link)
    previews(page)
    settled(page)
    x, y, percent = grab(page, "Neurons kept", 1)
    for step in (3, 9, 14):
        page.mouse.move(x - step * percent, y)
    expect(card(page, "FPR95").locator(".note")).to_have_text("held out: on release")
    at = page.get_by_role("slider", name="Neurons kept").nth(1).get_attribute("aria-valuenow")
    low = page.get_by_role("slider", name="Neurons kept").nth(0).get_attribute("aria-valuenow")
    first, last = rank_bounds((float(low), float(at)), NEURONS)
    off = NEURONS - (last - first)
    drawn_at = re.compile(f"^{off} of {NEURONS} neurons off")
    expect(card(page, "Weights pruned").locator(".note")).to_have_text(drawn_at)
    drawn = shown(page)
    page.mouse.up()
    settled(page)
    assert shown(page) == drawn


def test_a_held_thumb_says_nothing_to_the_server_and_the_axes_stay(page: Page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    open_explore(page)
    previews(page)
    x, y, percent = grab(page, "Weights kept", 1)
    before, seen = len(sent), set()
    for pruned in (1, 2, 3, 4, 5):
        page.mouse.move(x - pruned * percent, y)
        expect(metric(page, "Weights pruned")).to_have_text(f"{pruned}.0 %")
        seen.add(str(page.evaluate(BARS)))
    assert len(sent) == before
    assert len(seen) == 5, "the histograms follow"
    page.mouse.up()
    settled(page)
    assert len(sent) > before


def test_without_a_worker_the_server_follows_the_thumb(browser, server):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server)
    context.set_default_timeout(PATIENCE)
    context.add_init_script("delete window.Worker")
    page = context.new_page()
    open_explore(page)
    before = page.url
    x, y, percent = grab(page, "Weights kept", 1)
    for pruned in (5, 10, 15):
        page.mouse.move(x - pruned * percent, y)
        expect(metric(page, "Weights pruned")).to_have_text(f"{pruned}.0 %")
    assert page.url == before, "the address waits for the release"
    page.mouse.up()
    expect(page).to_have_url(re.compile("weights=0&weights=85"))
    page.keyboard.press("u")
    expect(page).to_have_url(before)
    context.close()


def write_wide(folder):
    """A head too large for exact ranks, and more images than fit into a small budget."""
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((120, 600), dtype=np.float32)

    def features(count, strength):
        labels = rng.integers(120, size=count)
        noise = rng.standard_normal((count, 600), dtype=np.float32)
        return np.maximum(strength * directions[labels] + noise, 0), labels

    train, _ = features(500, 0.3)
    test, labels = features(3000, 0.3)
    arrays = {"head_weight": 0.02 * directions, "head_bias": np.zeros(120, np.float32)}
    arrays |= {"id_train_features": train, "id_test_features": test, "id_test_labels": labels}
    np.savez(folder / "wide.npz", **arrays, ood_far_features=features(2000, 0.1)[0])
    (folder / "wide.toml").write_text(WIDE)
    return folder / "wide.toml"


def test_a_wide_head_is_previewed_from_a_sample_that_says_its_size_and_error(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_PREVIEW_BYTES", "3000000")
    arguments = ("--experiment", str(write_wide(tmp_path)))
    with serving.dashboard(tmp_path / "log.txt", tmp_path / "cache", *arguments) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/?experiment=wide")
        prepare, drawn = page.locator(".st-key-prepare button"), metric(page, "FPR95")
        expect(prepare.or_(drawn).first).to_be_visible()
        if prepare.count():
            prepare.click()
        settled(page)
        previews(page)
        x, y, percent = grab(page, "Weights kept", 1)
        page.mouse.move(x - 12 * percent, y)
        expect(metric(page, "Weights pruned")).to_have_text("12.0 %")
        expect(card(page, "FPR95").locator(".note")).to_have_text(re.compile("first look: .*–.* %"))
        expect(card(page, "ECE").locator(".note")).to_have_text("of 768 ID images")
        low, high = map(float, re.findall(r"[\d.]+", card(page, "AUROC").locator(".note").inner_text()))
        page.mouse.up()
        settled(page)
        exact = float(metric(page, "AUROC").inner_text().removesuffix(" %"))
        assert low - 2 < exact < high + 2
        context.close()
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
