"""Draw arrays as Plotly figures; no streamlit, no torch, no computing of metrics."""
