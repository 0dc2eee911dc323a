"""What the server runs for every visitor at every move: page set-up, then what all pages share."""

import streamlit as st

from app.server.visits import arrived
from app.shell import run
from app.startup import send_at_once

st.set_page_config(page_title="OPNP · pruning for OOD detection", page_icon=":material/tune:", layout="wide")
send_at_once()
arrived()
run()
