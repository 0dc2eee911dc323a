"""The engineer's journey: from the first look to a detector with the best windows found."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from pages import FIRST_START, at_rest, metric, open_explore, suggestion, thumb
from playwright.sync_api import Page, expect

from opnp.detector import Detector

pytestmark = pytest.mark.browser


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()


def test_explore_landscape_deploy_download(page: Page, tmp_path):
    open_explore(page)
    unpruned = metric(page, "FPR95").inner_text()
    suggestion(page, "weights").click()
    expect(metric(page, "FPR95")).not_to_have_text(unpruned)
    expect(page).to_have_url(re.compile("weights="))

    go(page, "Landscape")
    page.locator(".st-key-go-best").get_by_role("button").click(timeout=FIRST_START)
    expect(page).to_have_url(re.compile("neurons="))
    at_rest(page)
    windows = {
        side: [float(thumb(page, f"{side} kept", end).get_attribute("aria-valuenow")) for end in (0, 1)]
        for side in ("Weights", "Neurons")
    }
    assert windows["Neurons"] != [0, 100]
    link = parse_qs(urlsplit(page.url).query)
    for side, ends in windows.items():
        assert [float(end) for end in link.get(side.lower(), (0, 100))] == ends

    go(page, "Deploy")
    with page.expect_download(timeout=FIRST_START) as download:
        page.get_by_role("button", name="Download the detector").click()
    download.value.save_as(tmp_path / "detector.zip")
    said = Detector.load(tmp_path / "detector.zip").manifest.values["pruning"]
    assert said["weights"] == pytest.approx(windows["Weights"])
    assert said["neurons"] == pytest.approx(windows["Neurons"])
