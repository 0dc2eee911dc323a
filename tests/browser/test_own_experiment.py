"""Somebody's own model and data, from a TOML file to a judged picture, in a real browser."""

import io
import re

import pytest
from made_up import coloured, write_world
from pages import card, give, set_end
from playwright.sync_api import Page, expect

from recipes import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    write_world(folder / "world")
    arguments = ("--experiment", str(folder / "world" / "pth.toml"))
    log = folder / "log.txt"
    with serving.dashboard(log, folder / "cache", *arguments) as address:
        yield address
    assert "Traceback" not in log.read_text(), log.read_text()


def test_from_the_card_to_a_judged_picture(page: Page):
    page.goto("/experiments")
    offered = (
        page.get_by_test_id("stVerticalBlock").filter(has_text="A small net tells three colours apart.").last
    )
    offered.get_by_role("button", name="Open").click()
    weights_pruned = card(page, "Weights pruned")
    expect(weights_pruned).to_contain_text("0 of 60")
    set_end(page, "Neurons kept, by sensitivity: from", "30")
    expect(weights_pruned).to_contain_text("18 of 60")

    picture = io.BytesIO()
    coloured(2, seed=77).save(picture, "PNG")
    page.get_by_test_id("stTopNavLink").filter(has_text="Images").click()
    give(page, {"name": "mine.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    expect(page.get_by_text("red", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("accepted as ID|rejected as OOD")).first).to_be_visible()


def test_missing_data_says_how_to_get_it(page: Page):
    page.goto("/experiments")
    offered = page.get_by_test_id("stVerticalBlock").filter(has_text="trained on CIFAR-10, against").last
    offered.get_by_text("missing on this machine").click()
    expect(offered.get_by_text("python -m opnp download cifar10", exact=True).first).to_be_visible()
