"""What the server gives a browser for the preview, and what it does not."""

import asyncio
import gzip
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette

from app.preview.data import serialize
from app.preview.offer import offer
from app.preview.routes import HUB, SERVER, WHICH, data_address, preview_routes


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def get(address: str, accepts: str = "gzip, br") -> Answer:
    """Ask the routes as a server would, without one."""
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": f"/{unquote(address)}", "query_string": b""}
    scope["headers"] = [(b"accept-encoding", accepts.encode())]
    asyncio.run(Starlette(routes=preview_routes())(scope, receive, send))
    start, *parts = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(part["body"] for part in parts))


def test_the_data_of_an_open_experiment_is_kept_by_browsers_under_its_content(explorer):
    offered = offer(explorer)
    written = serialize(explorer, offered.selection)
    packed, plain = get(data_address(offered.key)), get(data_address(offered.key), accepts="identity")
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body == written
    assert "content-encoding" not in plain.headers


def test_modules_are_scripts():
    hub = get(HUB)
    assert hub.headers["content-type"].startswith("text/javascript")
    assert b"export const hub" in hub.body
    assert get(HUB.replace("hub.mjs", "worker.mjs")).status == 200


@pytest.mark.parametrize(
    "address",
    [
        data_address("0" * 32),
        data_address("..%2f..%2fapp%2fmain.py"),
        HUB.replace("hub.mjs", "..%2f__init__.py"),
        HUB.replace("hub.mjs", "data.py"),
        "opnp-preview/0000000000000000/hub.mjs",
        "opnp-preview/",
    ],
)
def test_anything_else_is_not_there(address):
    assert get(address).status == 404


def test_the_server_names_itself_and_is_asked_every_time():
    named = get(WHICH)
    assert (named.body.decode(), named.headers["cache-control"]) == (SERVER, "no-store")


def test_below_a_base_path_all_lies_there(monkeypatch):
    monkeypatch.setattr("streamlit.get_option", {"server.baseUrlPath": "/some/path/"}.get)
    assert get(f"some/path/{HUB}").status == 200
    assert get(HUB).status == 404
