"""Arrays to plotly figures; no streamlit, no torch, no computing of metrics."""
