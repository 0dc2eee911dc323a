"""Clicks on the Sensitivity page's charts, which only a real browser makes."""

import re

import pytest
from pages import FIRST_START, at_rest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


def plot(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-{name} .js-plotly-plot .nsewdrag").first


def click_at(page: Page, target: Locator, across: float, down: float) -> None:
    target.scroll_into_view_if_needed()
    at_rest(page)
    box = target.bounding_box()
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def test_a_click_on_the_map_chooses_class_and_neuron_and_leads_to_them(page: Page):
    page.goto("/sensitivity")
    expect(plot(page, "sensitivity-map")).to_be_visible(timeout=FIRST_START)
    click_at(page, plot(page, "sensitivity-map"), 0.5, 0.05)  # the first of ten rows, sorted
    chosen = page.get_by_text("Ankle boot × neuron")
    expect(chosen).to_be_visible()
    page.get_by_role("button", name="Look at Ankle boot").click()
    expect(page.get_by_text("Sensitivity pruned")).to_be_visible()
    click_at(page, plot(page, "class-top"), 0.05, 0.03)  # the first bar
    expect(page.get_by_text("Mean answer of neuron")).to_be_visible()
    expect(page).to_have_url(re.compile("part=Neuron"))
    expect(page).to_have_url(re.compile("neuron="))


def test_a_bar_of_an_examples_account_leads_to_its_neuron(page: Page):
    page.goto("/sensitivity?part=An+image&weights=0&weights=99")
    page.locator(".st-key-examples label").first.click(timeout=FIRST_START)
    expect(page.get_by_text("The nearest of")).to_be_visible()
    click_at(page, plot(page, "account-chart"), 0.1, 0.03)
    expect(page.get_by_text("Mean answer of neuron")).to_be_visible()
