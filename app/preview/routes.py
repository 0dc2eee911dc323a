"""Serve the engine's modules and the experiments' data, named by their content, so browsers keep them."""

import gzip
import hashlib
import secrets
from pathlib import Path

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.preview.offer import body

_FOLDER = "opnp-preview"
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
_MODULES = {path.name: path.read_bytes() for path in sorted((Path(__file__).parent / "engine").glob("*.mjs"))}
_VERSION = hashlib.sha256(b"".join(_MODULES.values())).hexdigest()[:16]

SERVER = secrets.token_hex(8)
"""Names this process. A page that another one drew cannot speak to it, and loads anew."""

WHICH = f"{_FOLDER}/server"
"""Address of that name, relative to any of the pages."""

HUB = f"{_FOLDER}/{_VERSION}/hub.mjs"
"""Address of the engine's door, relative to any of the pages."""


def data_address(key: str) -> str:
    """Return the address of the data offered under a key, relative to any of the pages."""
    return f"{_FOLDER}/data/{key}"


def preview_routes() -> list[Route]:
    """Return the server's routes; below its base path, if it has one."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    top = f"/{base}/{_FOLDER}" if base else f"/{_FOLDER}"
    return [
        Route(f"{top}/server", _server),
        Route(f"{top}/data/{{key}}", _data),
        Route(f"{top}/{_VERSION}/{{name}}", _module),
        Route(f"{top}/{{rest:path}}", _missing),
    ]


def _server(_: Request) -> Response:
    return Response(SERVER, media_type="text/plain", headers={"Cache-Control": "no-store"})


def _missing(_: Request) -> Response:
    raise HTTPException(404)


def _module(request: Request) -> Response:
    script = _MODULES.get(request.path_params["name"])
    if script is None:
        raise HTTPException(404)
    return Response(script, media_type="text/javascript", headers=_FOREVER)


def _data(request: Request) -> Response:
    """Answer in a thread of its own: the first time, it is written and compressed."""
    packed = body(request.path_params["key"])
    if packed is None:
        raise HTTPException(404)
    headers = _FOREVER | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "gzip"}
    else:
        packed = gzip.decompress(packed)
    return Response(packed, media_type="application/octet-stream", headers=headers)
