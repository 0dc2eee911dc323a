"""The little CSS that Streamlit's own options do not reach."""

CSS = """
<style>
  .stMainBlockContainer { padding-top: 4.4rem; padding-bottom: 3rem; max-width: 1500px; }
  .st-key-controls { padding: .25rem 0 .5rem; }
  @media (min-width: 900px) and (min-height: 700px) {
    .st-key-controls {
      position: sticky; top: 3.2rem; z-index: 50;
      background: var(--st-background-color); border-bottom: 1px solid var(--st-border-color);
    }
  }
  .st-key-cards [data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
  @media (max-width: 640px) {
    .st-key-cards [data-testid="stHorizontalBlock"] { flex-direction: row; flex-wrap: wrap; }
    .st-key-cards [data-testid="stColumn"] { min-width: 44%; flex: 1 1 44%; }
  }
</style>
"""
