"""What was seen of a stream as one HTML page that needs nothing else: no script, no font, no server."""

import base64
from collections.abc import Mapping
from html import escape

from opnp.monitor.charts import class_chart, course_chart, score_chart
from opnp.monitor.looks import Sign
from opnp.monitor.strangest import Stranger
from opnp.monitor.telling import LIMITS, NAMES, PROMISE, counts, detail, state, verdict
from opnp.monitor.traffic import Monitored
from opnp.reports.percent import stranger_than
from opnp.reports.printable import printable

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_LIGHT = """--paper: #fff; --ink: #1c2024; --pale: #60646c; --line: #e0e1e6; --id: #b9bbc6;
  --band: #e4e7f5; --stream: #3e63dd; --alarm: #c62a2f; --quiet: #18794e"""
_DARK = """--paper: #111113; --ink: #edeef0; --pale: #b0b4ba; --line: #2e3135; --id: #5a6169;
  --band: #22294a; --stream: #849dff; --alarm: #ff9592; --quiet: #3dd68c"""
_CHARTS = """
svg { width: 100%; min-width: 36rem; height: auto; display: block }
svg text { font: 12px system-ui, sans-serif; fill: var(--pale); paint-order: stroke; stroke: var(--paper);
  stroke-width: 3px; stroke-linejoin: round }
.grid { stroke: var(--line) } .band { fill: var(--band) } .id { fill: var(--id) }
.stream { fill: var(--stream) } .usual { stroke: var(--pale); stroke-dasharray: 4 4; fill: none }
.course { stroke: var(--stream); stroke-width: 1.5; fill: none; stroke-linejoin: round }
.within { fill: var(--stream) } .beyond { fill: var(--alarm) }
.alarm { stroke: var(--alarm); stroke-width: 1.5 } .threshold { stroke: var(--ink); stroke-dasharray: 2 3 }
"""
_STYLE = (
    f":root {{ color-scheme: light dark; {_LIGHT} }}\n"
    f"@media (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}\n{_CHARTS}"
    """
body { font: 16px/1.5 system-ui, sans-serif; background: var(--paper); color: var(--ink); margin: 0 auto;
  max-width: 56rem; padding: 1.5rem 1rem; overflow-wrap: break-word }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .25rem }
p { margin: .25rem 0 } .pale, figcaption { color: var(--pale); font-size: .9rem }
.verdict { font-size: 1.15rem; font-weight: 600; margin: 1rem 0 .25rem; padding-left: .75rem;
  border-left: .3rem solid var(--quiet) } .verdict.bad { border-color: var(--alarm) }
.verdict.few { border-color: var(--pale) }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--line); vertical-align: top } .bad td:nth-child(2) { color: var(--alarm);
  font-weight: 600 }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .8em; vertical-align: -.05em }
figure { margin: 0; break-inside: avoid; overflow-x: auto } .least { display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); padding: 0; list-style: none }
.least li { overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: .4rem; padding: .5rem;
  font-size: .85rem; break-inside: avoid }
.least img { width: 100%; height: 7rem; object-fit: contain; display: block }
@media print { svg { min-width: 0 } body { max-width: none; padding: 0 } * { print-color-adjust: exact } }
"""
)


def picture(drawing: str, *, dark: bool) -> str:
    """Return a chart as a data URI, with its own colours, for a page of another's."""
    style = f"<style>:root {{ {_DARK if dark else _LIGHT} }}{_CHARTS}</style>"
    head, rest = drawing.split(">", 1)
    whole = f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}'
    return f"data:image/svg+xml;base64,{base64.b64encode(whole.encode()).decode()}"


def report_page(seen: Monitored, *, title: str, source: str, thumbnails: Mapping[int, str]) -> str:
    """Return the page.

    Args:
        seen: What was seen.
        title: Of the detector.
        source: Title of the ID test set.
        thumbnails: Data URIs of images of the stream, by their number in it.

    Returns:
        HTML. Every name in it is escaped, and its own policy forbids whatever it would load or run.
    """
    least = "".join(_least(image, thumbnails.get(image.image)) for image in seen.strangest)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_safe(title)}: monitor</title><style>{_STYLE}</style></head><body>
<h1>{_safe(title)}</h1>
<p class="verdict {_tone(seen)}">{escape(verdict(seen))}</p>
<p>{_safe(counts(seen, source))}</p>
{_signs(seen)}
<p class="pale">{escape(PROMISE)}</p>
{_figure("Share rejected", course_chart(seen), f"{_COURSE} {LIMITS}")}
{_figure("Scores", score_chart(seen), _TWO)}
{_figure("Predicted classes", class_chart(seen), _TWO)}
<h2>Least familiar images</h2>
<ul class="least">{least}</ul>
</body></html>
"""


_TWO = '<span class="key" style="background: var(--id)"></span>held-out ID images'
_TWO += '<span class="key" style="background: var(--stream)"></span>this stream'
_COURSE = "Dashed: the share of ID images that is rejected. Band: within chance of it."


def _safe(words: str) -> str:
    return escape(printable(words))


def _tone(seen: Monitored) -> str:
    if seen.alarms:
        return "bad"
    return "good" if seen.any_tested else "few"


def _signs(seen: Monitored) -> str:
    rows = []
    for sign in Sign:
        kind = ' class="bad"' if sign in seen.alarms else ""
        cells = (NAMES[sign], state(seen, sign), _safe(detail(seen, sign)))
        rows.append(f"<tr{kind}><td>{'</td><td>'.join(cells)}</td></tr>")
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _figure(heading: str, drawing: str, caption: str) -> str:
    return f"<h2>{heading}</h2><figure>{drawing}<figcaption>{caption}</figcaption></figure>"


def _least(image: Stranger, thumbnail: str | None) -> str:
    picture = f'<img alt="" src="{escape(thumbnail)}">' if thumbnail else ""
    when = f"image {image.image:,}" if image.time is None else _safe(image.time)
    return (
        f"<li>{picture}<strong>{_safe(image.class_name)}</strong><br>{_safe(image.file) or '–'}<br>"
        f'<span class="pale">score {image.score:.2f}, stranger than {stranger_than(image.p_value)} % of ID; '
        f"{when}</span></li>"
    )
