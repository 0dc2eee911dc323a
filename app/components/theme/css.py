"""The little CSS that Streamlit's own options do not reach."""

from dataclasses import asdict

from app.charts.palette import Palette

_CSS = """
<style>
  .stMainBlockContainer {{ padding-top: 4.4rem; padding-bottom: 3rem; max-width: 1500px; }}
  .st-key-theme {{ position: absolute; }}
  [data-testid="stCaptionContainer"] {{ opacity: .78; }}
  [data-testid="stBaseButton-primary"]:enabled * {{ color: {ground}; }}
  .st-key-controls {{ padding: .25rem 0 .5rem; }}
  .stButtonGroup :is([role="radiogroup"], [role="toolbar"]) {{ flex-wrap: wrap; max-width: 100%; }}
  .stButtonGroup button {{ max-width: 100%; height: auto; min-height: 2rem; white-space: normal; }}
  .stButtonGroup button * {{ min-width: 0; white-space: normal; overflow-wrap: anywhere; }}
  .stMultiSelect [data-tag] * {{ color: {ground}; }}
  @media (min-width: 900px) and (min-height: 700px) {{
    div:has(> .st-key-controls) {{
      position: sticky; top: 3.4rem; z-index: 50;
      background: {ground}; border-bottom: 1px solid {grid};
    }}
  }}
  [data-testid="stMetricValue"] {{ font-variant-numeric: tabular-nums; }}
  @media (max-width: 640px) {{
    .st-key-cards [data-testid="stHorizontalBlock"] {{ flex-direction: row; flex-wrap: wrap; }}
    .st-key-cards [data-testid="stColumn"] {{ min-width: 44%; flex: 1 1 44%; }}
    .st-key-cards [data-testid="stMetricLabel"] * {{ white-space: normal; }}
  }}
  .headline {{ display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 1rem; }}
  .headline .card {{ padding: 1rem; border: 1px solid {grid}; border-radius: .5rem; }}
  .headline .label {{ display: flex; align-items: center; gap: .35rem; font-size: .875rem; }}
  .headline .value {{ font-size: 2.25rem; line-height: 1.4; font-variant-numeric: tabular-nums; }}
  .headline .change {{
    width: fit-content; margin: .15rem 0 .6rem; padding: 0 .4rem; border-radius: 1rem; font-size: .875rem;
  }}
  .headline .note {{ font-size: .875rem; opacity: .78; }}
  .headline .same {{ background: {grid}; }}
  .headline .better {{ color: {better}; background: color-mix(in srgb, {better} 12%, transparent); }}
  .headline .worse {{ color: {worse}; background: color-mix(in srgb, {worse} 12%, transparent); }}
  .why {{
    position: relative; width: 1.1rem; height: 1.1rem; padding: 0; border: 1px solid; border-radius: 50%;
    background: none; color: inherit; font-size: .7rem; line-height: 1; opacity: .7; cursor: help;
  }}
  .why:hover, .why:focus-visible {{ opacity: 1; z-index: 70; }}
  .why::after {{
    content: attr(data-help); display: none; position: absolute; top: 1.5rem; left: -6rem; width: 16rem;
    padding: .6rem .75rem; border: 1px solid {grid}; border-radius: .5rem; background: {ground};
    box-shadow: 0 4px 16px rgb(0 0 0 / 16%); font-size: .875rem; line-height: 1.4; text-align: left;
  }}
  .why:hover::after, .why:focus-visible::after {{ display: block; }}
  @media (max-width: 900px) {{
    .headline {{ grid-template-columns: repeat(2, minmax(0, 1fr)); }}
    .headline .card:nth-child(even) .why::after {{ left: auto; right: -2rem; }}
  }}
  .sets {{ width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }}
  .sets caption {{ text-align: left; font-size: .875rem; opacity: .78; padding-bottom: .5rem; }}
  .sets :is(th, td) {{ padding: .42rem .4rem; font-weight: 400; border-bottom: 1px solid {grid}; }}
  .sets :is(td, thead th):not(:first-child, .way) {{ text-align: right; white-space: nowrap; }}
  .sets th:first-child {{ text-align: left; padding-left: 0; min-width: 6rem; overflow-wrap: anywhere; }}
  .sets thead :is(th, span) {{ font-size: .8rem; }}
  .sets tbody tr:last-child > * {{ font-weight: 600; border-bottom: 0; }}
  .sets .way {{ width: 32%; min-width: 5rem; }}
  .sets th.way {{ text-align: left; }}
  .sets th.way span {{ opacity: .78; }}
  .sets th.way span:last-child {{ float: right; }}
  .sets .way div {{
    position: relative; margin: 0 .35rem; height: .8rem; border-radius: .4rem; background: {grid};
  }}
  .sets .way :is(i, b) {{ position: absolute; top: 50%; transform: translateY(-50%); }}
  .sets .way i {{ height: .2rem; background: {ood}; }}
  .sets .way b {{
    width: .7rem; height: .7rem; margin-left: -.35rem; border-radius: 50%; border: 2px solid {ood};
  }}
  .sets .before {{ background: {ground}; }}
  .sets .after {{ background: {ood}; }}
  .skeleton {{ display: grid; grid-template-columns: repeat(10, 1fr); gap: 1rem; }}
  .skeleton div {{ border-radius: .5rem; background: {grid}; animation: breathe 1.6s ease-in-out infinite; }}
  .skeleton .card {{ height: 8rem; grid-column: span 2; }}
  .skeleton .figure {{ height: 20rem; grid-column: span 5; }}
  @media (max-width: 640px) {{ .skeleton div {{ grid-column: span 10 !important; }} }}
  @media (prefers-reduced-motion: reduce) {{ .skeleton div {{ animation: none; }} }}
  @keyframes breathe {{ 50% {{ opacity: .45; }} }}
  @media (min-width: 641px) {{
    .st-key-steps {{ position: sticky; top: 3.4rem; z-index: 50; background: {ground}; padding: .4rem 0; }}
  }}
  @media (max-width: 640px) {{
    .st-key-steps > :nth-child(2) {{ order: -1; }}
    .st-key-present {{ display: none; }}
  }}
  .katex-display {{ padding: .4rem 0; overflow-y: hidden !important; min-width: calc(100% + 4px); }}
  .st-key-words button p {{ text-decoration: underline dotted; text-underline-offset: .2em; }}
  .stMainBlockContainer:has(.st-key-presenting) .st-key-header {{ display: none; }}
  .st-key-presenting :is(.stMarkdown p, [data-testid="stWidgetLabel"] p) {{ font-size: 1.3rem; }}
  .st-key-presenting h4 {{ font-size: 2.2rem; }}
  .st-key-presenting .katex {{ font-size: 1.5rem; }}
  [class*="st-key-figure-"] > [data-stale="false"] ~ [data-stale="true"] {{ display: none; }}
  .st-key-examples [data-testid="stVerticalBlock"] {{ position: relative; }}
  .st-key-examples :is(label, .stElementContainer) {{ position: static; }}
  .st-key-examples label::after {{ content: ""; position: absolute; inset: 0; cursor: pointer; }}
  :is(.st-key-presenting, .st-key-reading):has(.st-key-turned) [data-stale="true"] {{ display: none; }}
</style>
"""


def css(colours: Palette) -> str:
    """The page's own rules in its light or dark colours."""
    return _CSS.format(**asdict(colours))
