"""All that a visitor does is one sequence: the last thing done wins, also after a server that was slow."""

import os
import random
import re
import shutil
import signal
from urllib.parse import urlsplit

import pytest
from pages import (
    PATIENCE,
    at_rest,
    choice,
    drag,
    metric,
    open_explore,
    open_settings,
    previews,
    suggestion,
)
from playwright.sync_api import Locator, Page, expect

from recipes import serving

pytestmark = pytest.mark.browser

TRIES = 100
PRUNED = "Weights pruned"


def taken(page: Page, button: Locator) -> tuple[str, str]:
    """Click a suggestion and undo it; return the share of weights that it prunes and its address."""
    button.click()
    expect(page).to_have_url(re.compile("neurons="))
    at_rest(page)
    share, address = metric(page, PRUNED).inner_text(), urlsplit(page.url).query
    page.keyboard.press("x")
    expect(metric(page, PRUNED)).to_have_text("0.0 %")
    expect(page).to_have_url(re.compile(r"/$"))
    return share, rf"\?{re.escape(address)}$"


def test_the_last_thing_done_wins(page: Page):
    open_explore(page)
    previews(page)
    draw = random.Random(0)  # noqa: S311 - a game
    undo = page.get_by_role("button", name="Undo Shortcut U")
    neurons = suggestion(page, "neurons")
    pruned, address = taken(page, neurons)
    shown = "0.0 %"
    for place in range(TRIES):
        drag(page, 60 + place % 7)
        page.wait_for_timeout(draw.uniform(0, 300))
        match draw.choice(["reset", "key", "preset", "undo"]):
            case "reset":
                page.get_by_role("button", name="Reset Shortcut X").click()
                shown = "0.0 %"
            case "key":
                page.keyboard.press("x")
                shown = "0.0 %"
            case "preset":
                neurons.click()
                shown = pruned
            case "undo":
                undo.click()  # of the drag
        expect(metric(page, PRUNED)).to_have_text(shown)
        expect(page).to_have_url(re.compile(address if shown == pruned else r"/$"))
    at_rest(page)
    expect(metric(page, PRUNED)).to_have_text(shown)


def test_nothing_is_lost_on_a_server_that_stops_for_a_while(page: Page, running: serving.Server):
    open_explore(page)
    previews(page)
    note = page.get_by_text("The server is not answering")
    neurons = suggestion(page, "neurons")
    pruned, address = taken(page, neurons)
    os.kill(running.pid, signal.SIGSTOP)
    try:
        drag(page, 90)
        expect(metric(page, PRUNED)).to_have_text("10.0 %")  # what the browser computes itself
        expect(note).to_be_visible()
        neurons.click()
        expect(metric(page, PRUNED)).to_have_text(pruned)
        drag(page, 80)
        page.wait_for_timeout(10_000)
    finally:
        os.kill(running.pid, signal.SIGCONT)
    expect(page).to_have_url(re.compile(address.replace(r"\?", r"\?weights=0&weights=80&")))
    expect(note).to_be_hidden()
    expect(page.get_by_text(re.compile("held out [0-9]")).first).to_be_visible()
    for step in (address, r"\?weights=0&weights=90$", r"/$"):
        page.keyboard.press("u")
        expect(page).to_have_url(re.compile(step))


def test_nothing_is_lost_when_the_server_is_started_anew(browser, fashion_cache, tmp_path):
    cache = shutil.copytree(fashion_cache, tmp_path / "cache")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    with serving.server(tmp_path / "first.txt", cache) as first:
        page.goto(first.address)
        previews(page)
        drag(page, 90)
        expect(page).to_have_url(re.compile(r"\?weights=0&weights=90$"))
        os.kill(first.pid, signal.SIGKILL)
        drag(page, 80)
        open_settings(page)
        choice(page, "Textures").click()
        page.keyboard.press("Escape")
        expect(metric(page, PRUNED)).to_have_text("20.0 %")  # what the browser computes itself
        expect(page.get_by_text("The server is not answering")).to_be_visible()
    with serving.server(tmp_path / "second.txt", cache, port=first.port):
        sets = "ood=mnist&ood=letters&ood=patches&ood=noise"
        expect(page).to_have_url(re.compile(rf"\?weights=0&weights=80&{sets}$"))
        expect(page.get_by_text(re.compile("held out [0-9]")).first).to_be_visible()
        expect(page.get_by_text("The server is not answering")).to_be_hidden()
        for step in (r"\?weights=0&weights=80$", r"\?weights=0&weights=90$"):
            page.keyboard.press("u")
            expect(page).to_have_url(re.compile(step))
        context.close()
    assert "Traceback" not in (tmp_path / "second.txt").read_text()
