"""The Images page as a person uses it: a link with pruning in it, then drop, paste, folder, zip, camera."""

import base64
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pages import FIRST_START, at_rest, give, metric
from PIL import Image
from playwright.sync_api import Page, expect
from sklearn.datasets import load_sample_image

from opnp.experiments.builtin.data import ood_images

pytestmark = pytest.mark.browser
LINK = "/images?weights=0&weights=99"
CARRY = """([kind, files]) => {
  const carrier = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    carrier.items.add(new File([bytes], name, { type }));
  }
  const target = document.querySelector("[data-testid=stMain] p");
  const options = { bubbles: true, cancelable: true };
  if (kind === "paste") {
    target.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: carrier }));
    return;
  }
  for (const type of ["dragenter", "dragover", ...(kind === "drop" ? ["drop"] : [])])
    target.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: carrier }));
}"""
DROP_FOLDER = """(files) => {
  const entries = files.map(([path, data]) => {
    const name = path.split("/").pop();
    const file = new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], name);
    return { isFile: true, isDirectory: false, name, fullPath: "/" + path, file: (yes) => yes(file) };
  });
  const parts = [entries.slice(0, 2), entries.slice(2), []];
  const folder = { isDirectory: true, isFile: false, name: "shots",
                   createReader: () => ({ readEntries: (yes) => yes(parts.shift()) }) };
  DataTransferItem.prototype.webkitGetAsEntry = () => folder;
  const carrier = new DataTransfer();
  carrier.items.add(new File([], "shots"));
  const options = { bubbles: true, cancelable: true, dataTransfer: carrier };
  document.querySelector("[data-testid=stMain] p").dispatchEvent(new DragEvent("drop", options));
}"""


def encoded(pixels: np.ndarray, file_format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format)
    return buffer.getvalue()


def carry(page: Page, kind: str, **files: bytes) -> None:
    """Drag, drop or paste files; two underscores in a name stand for its dot."""
    listed = []
    for name, data in files.items():
        ending = name.rpartition("__")[2]
        mime = "application/zip" if ending == "zip" else f"image/{ending}"
        listed.append([name.replace("__", "."), mime, base64.b64encode(data).decode()])
    page.evaluate(CARRY, [kind, listed])


def letters(count: int) -> dict[str, bytes]:
    return {f"{n:02}.png": encoded(pixels) for n, pixels in enumerate(ood_images("letters")[:count])}


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


def open_images(page: Page) -> None:
    page.goto(LINK)
    expect(page.get_by_role("button", name="Choose a folder")).to_be_visible(timeout=FIRST_START)
    expect(page.get_by_test_id("stFileUploaderDropzoneInput")).to_have_count(2)
    at_rest(page)


def test_a_visitor_opens_a_link_drops_a_photograph_and_reads_the_verdict(page: Page):
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    open_images(page)
    flower = encoded(np.asarray(load_sample_image("flower.jpg")), "JPEG")
    carry(page, "drag", flower__jpeg=flower)
    expect(page.get_by_text("Drop to look at it")).to_be_visible()
    carry(page, "drop", flower__jpeg=flower)
    expect(page.get_by_text("Drop to look at it")).to_be_hidden()
    expect(page.get_by_text("what it sees")).to_be_visible()
    expect(page.get_by_text(re.compile("accepted as ID|rejected as OOD")).first).to_be_visible()
    expect(page.get_by_text("Unpruned:")).to_be_visible()
    assert "weights=0&weights=99" in page.url

    carry(page, "paste", image__png=encoded(np.full((30, 40, 3), 90, np.uint8)))
    expect(page.get_by_text("what it sees")).to_have_count(2)
    expect(page.get_by_text(re.compile(r"pasted \d\d-\d\d-\d\d")).first).to_be_visible()

    carry(page, "drop", torn__png=b"\x89PNG\r\n\x1a\nnothing")
    expect(page.get_by_test_id("stAlert").filter(has_text="torn.png")).to_contain_text("save it as")
    expect(page.get_by_text("what it sees")).to_have_count(2)

    page.get_by_test_id("stTopNavLink").filter(has_text="Explore").click()
    expect(metric(page, "FPR95")).to_be_visible()
    page.get_by_test_id("stTopNavLink").filter(has_text="Images").click()
    expect(page.get_by_text("what it sees")).to_have_count(2)
    expect(page.get_by_text("2 from the camera or from before")).to_be_visible()
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    assert problems == []


def test_a_click_on_an_example_looks_at_it(page: Page):
    open_images(page)
    page.locator(".st-key-examples img").last.click(force=True)  # what lies above it is its label
    expect(page.get_by_text("what it sees")).to_be_visible()


def test_a_dropped_zip_is_a_set_for_this_visitor_alone(page: Page):
    open_images(page)
    carry(page, "drop", letters__zip=zipped(letters(30) | {"notes.txt": b"words"}))
    expect(page.get_by_role("heading", name="Your set: letters.zip")).to_be_visible()
    share = page.get_by_test_id("stMetric").filter(has_text="Accepted as ID")
    expect(share.get_by_test_id("stMetricValue")).to_have_text(re.compile(r"\d+\.\d %"))
    expect(page.get_by_text(re.compile(r"\d+ of 30, 95 % interval"))).to_be_visible()
    expect(page.get_by_text("1 of its 31 files are left out")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all scores").click()
    lines = [line for line in Path(download.value.path()).read_text().splitlines() if line[0] != "#"]
    assert lines[0].startswith("file,score_unpruned")
    assert [line.partition(",")[0] for line in lines[1:]] == list(letters(30))

    carry(page, "drop", other__zip=zipped(letters(3)))
    expect(page.locator("p[role=status]")).to_have_text(re.compile("Remove it first"))

    other = page.context.browser.new_context(base_url=page.url.partition("/images")[0]).new_page()
    other.goto(LINK)
    expect(other.get_by_role("button", name="Choose a folder")).to_be_visible()
    expect(other.get_by_text("Your set")).to_have_count(0)
    other.context.close()

    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Your set")).to_have_count(0)
    expect(page.get_by_role("button", name="Choose a folder")).to_be_visible()


def test_what_is_dropped_before_the_page_is_complete_is_taken(page: Page):
    page.goto(LINK)
    expect(page.get_by_role("button", name="Choose a folder")).to_be_visible(timeout=FIRST_START)
    carry(page, "drop", letters__zip=zipped(letters(3)))
    expect(page.get_by_role("heading", name="Your set: letters.zip")).to_be_visible()


def test_a_chosen_folder_is_packed_and_looked_at(page: Page, tmp_path: Path):
    folder = tmp_path / "shots"
    (folder / "deep").mkdir(parents=True)
    for name, data in letters(6).items():
        (folder / "deep" / name).write_bytes(data)
    (folder / "notes.txt").write_text("words")
    open_images(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder").press("Enter")
    chooser.value.set_files(folder)
    expect(page.get_by_role("heading", name="Your set: shots.zip")).to_be_visible()
    expect(page.get_by_text("6 pictures, in memory for this visit only")).to_be_visible()


def test_more_pictures_than_fit_one_by_one_are_a_set_however_they_come(page: Page):
    open_images(page)
    files = [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in letters(41).items()]
    give(page, files)
    expect(page.get_by_role("heading", name="Your set: pictures.zip")).to_be_visible()
    expect(page.get_by_text("41 pictures, in memory for this visit only")).to_be_visible()
    expect(page.get_by_text("what it sees")).to_have_count(0)


def test_a_dropped_folder_is_read_to_its_end(page: Page):
    open_images(page)
    files = [[f"shots/{name}", base64.b64encode(data).decode()] for name, data in letters(5).items()]
    page.evaluate(DROP_FOLDER, [*files, ["shots/notes.txt", ""]])
    expect(page.get_by_role("heading", name="Your set: shots.zip")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.get_by_text("5 pictures, in memory for this visit only")).to_be_visible()


def test_what_is_no_set_is_said_with_a_way_out(page: Page):
    open_images(page)
    carry(page, "drop", bad__zip=b"no zip at all")
    alert = page.get_by_test_id("stAlert").filter(has_text="bad.zip")
    expect(alert).to_contain_text("is not a zip")
    carry(page, "drop", good__zip=zipped(letters(3)))
    expect(page.get_by_role("heading", name="Your set: good.zip")).to_be_visible()
    expect(alert).to_have_count(0)


def test_a_folder_without_pictures_is_said(page: Page):
    open_images(page)
    page.evaluate(DROP_FOLDER, [["shots/notes.txt", ""]])
    expect(page.locator("p[role=status]")).to_contain_text("found none")


def test_the_camera_is_asked_for_only_when_it_is_switched_on(page: Page):
    page.add_init_script(
        "window.asked = 0; navigator.mediaDevices.getUserMedia = () => { window.asked += 1; "
        "return Promise.reject(new DOMException('no', 'NotAllowedError')); }"
    )
    open_images(page)
    assert page.evaluate("window.asked") == 0
    page.get_by_text("Use the camera", exact=True).click()
    expect(page.get_by_test_id("stCameraInput")).to_be_visible()
    page.wait_for_function("window.asked > 0")


def test_it_fits_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_images(page)
    carry(page, "drop", letters__zip=zipped(letters(4)), one__png=next(iter(letters(1).values())))
    expect(page.get_by_role("heading", name="Your set: letters.zip")).to_be_visible()
    expect(page.get_by_text("what it sees")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
