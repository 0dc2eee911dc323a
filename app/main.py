"""The entry, `streamlit run app/main.py`: start the server with its bounds on uploads."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # streamlit puts only this file's folder there
    sys.path.insert(0, str(ROOT))

# Before torch: its threads would otherwise spin between a page's small products, and slow other visitors.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

import opnp.explorer  # noqa: E402, F401 - torch and the engine, before the first visitor would wait for them
from app.failures import show  # noqa: E402
from app.preview.routes import preview_routes  # noqa: E402
from app.server.gate import Gate  # noqa: E402
from app.server.visits import free_lost_sessions  # noqa: E402
from app.startup import offer  # noqa: E402

offer(sys.argv[1:])
server = st.App(
    "page.py",
    routes=preview_routes(),
    middleware=[Middleware(Gate)],
    lifespan=free_lost_sessions,
    on_script_error=show,
)
