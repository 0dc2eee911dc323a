"""Run at every move of every visitor: page set-up, then the shell around the page."""

import streamlit as st

from app.server.visits import note_visit
from app.shell import run
from app.startup import send_at_once

st.set_page_config(page_title="OPNP · pruning for OOD detection", page_icon=":material/tune:", layout="wide")
send_at_once()
note_visit()
run()
