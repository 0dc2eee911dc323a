"""What the page's own parts say: Explore's cards, its table of sets, the choices in the Settings."""

import json
from typing import Any
from xml.etree import ElementTree as ET

from streamlit.testing.v1 import AppTest


def cards(app: AppTest) -> dict[str, dict[str, str]]:
    """The value, change and note of each of Explore's cards by its label; nothing where it shows none."""
    found = {}
    for drawn in elements(app, "headline"):
        for card in drawn:
            said = {part.get("class", "").split()[0]: part for part in card}
            label = said.pop("label").text or ""
            found[label] = {name: "".join(part.itertext()) for name, part in said.items()}
    return found


def rows(app: AppTest) -> list[list[str]]:
    """The cells of the table of sets, with its head."""
    [table] = elements(app, "sets")
    return [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]


def options(app: AppTest, field: str) -> dict[str, str]:
    """Titles of the options of a choice in the Settings, by key."""
    return dict(_choice(app, field)["options"])


def chosen(app: AppTest, field: str) -> str | list[str]:
    """What is chosen of them."""
    return _choice(app, field)["chosen"]


def _choice(app: AppTest, field: str) -> dict[str, Any]:
    [data] = (data for data in told(app) if data.get("field") == field)
    return data


def words(app: AppTest) -> str:
    """The page's text and notes, without what keeps words from outside from being more than words."""
    parts = (*app.markdown, *app.caption, *app.info, *app.warning)
    return "\n".join(part.value for part in parts).replace("\u00a0", " ").replace("\\", "")


def told(app: AppTest) -> list[dict]:
    """The data of the page's own components."""
    return [json.loads(one.proto.json or "{}") for one in app.get("bidi_component")]


def rows_of(app: AppTest, slider: str, part: str) -> list:
    """The table by which a component follows a slider; `part` is what its data has besides."""
    [data] = [data for data in told(app) if data.get("slider", {}).get("key") == slider and part in data]
    return data["rows"]


def elements(app: AppTest, name: str) -> list[ET.Element]:
    """The page's HTML elements of that class, also those that a component draws."""
    bodies = [one.proto.body for one in app.get("html")]
    bodies += [data["html"] for data in told(app) if "html" in data]
    return [
        ET.fromstring(body)  # noqa: S314 - our own
        for body in bodies
        if f'class="{name}"' in body[:40]
    ]


def _told(app: AppTest) -> list[dict[str, Any]]:
    """The data of the page's own components."""
    return [json.loads(one.proto.json or "{}") for one in app.get("bidi_component")]
