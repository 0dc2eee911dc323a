"""The dashboard's entry: `streamlit run app/main.py`. Page set-up, navigation, what all pages share."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # streamlit puts only this file's folder there
    sys.path.insert(0, str(ROOT))

# Before torch: its threads would otherwise spin between a page's small products, and slow other visitors.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import streamlit as st  # noqa: E402

from app.arguments import offer  # noqa: E402
from app.shell import run  # noqa: E402
from app.sockets import send_at_once  # noqa: E402

st.set_page_config(page_title="OPNP · pruning for OOD detection", page_icon=":material/tune:", layout="wide")
offer(sys.argv[1:])
send_at_once()
run()
