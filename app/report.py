"""Write a visit's findings as one HTML file that opens offline: settings, metrics, tables, versions."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import pandas as pd
import plotly.graph_objects as go

from app.charts.histogram import score_histograms
from app.charts.palette import LIGHT
from app.charts.reliability import reliability_diagram
from app.charts.sensitivity import sensitivity_map
from app.format import interval, percent, with_interval
from app.histogram_data import counts, score_panels
from app.metric_frame import Halves, set_frame
from app.state.baseline import Pair
from app.text import explore
from app.text import report as text
from opnp.config import Pruning, windows_text
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.interpret.binning import bin_map
from opnp.reports.versions import versions

MOST_TRIED = 20
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #31333f; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #dde; padding: .3rem .7rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
dt { font-weight: 600; } dd { margin: 0 0 .6rem; }
"""


@dataclass(frozen=True)
class Findings:
    """The experiment, positions and metrics of a report.

    Attributes:
        explorer: The prepared experiment.
        compared: What the present settings stand beside.
        before: The position of the first.
        after: The present position.
        old: Figures of the first on both halves.
        new: Figures of the present position on both halves.
        ood: Keys of the OOD sets.
        tried: Prunings of this visit, the latest last.
        address: Of the page, a permalink to the view.
    """

    explorer: Explorer
    compared: Pair
    before: Snapshot
    after: Snapshot
    old: Halves
    new: Halves
    ood: tuple[str, ...]
    tried: tuple[Pruning, ...]
    address: str


def report(findings: Findings) -> str:
    """Write the whole report as one HTML page.

    Args:
        findings: What to report.

    Returns:
        HTML with Plotly's script inside, about 5 MB; names from outside are escaped.
    """
    title = text.TITLE.format(experiment=findings.explorer.prepared.experiment.title)
    made = versions()
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        _paragraph(text.MADE.format(when=when, version=made["opnp"])),
        f'<p><a href="{escape(findings.address, quote=True)}">{text.LINK}</a></p>'
        if findings.address
        else "",
        _paragraph(text.WHAT),
        _section(text.SETTINGS, _table(_settings(findings))),
        _section(text.HEADLINE, _paragraph(text.HEADLINE_NOTE), _table(_headline(findings))),
        _section(text.SETS, _table(_sets(findings))),
        _section(text.FIGURES, *_figures(findings)),
        _section(text.TRIED, *_tried(findings)),
        _section(text.DEFINITIONS, _definitions()),
        _section(text.VERSIONS, _table(pd.DataFrame(made.items(), columns=["", "version"]))),
    ]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    viewport = '<meta name="viewport" content="width=device-width">'
    return f'<!doctype html><html lang="en"><head>{head}{viewport}</head><body>{"".join(parts)}</body></html>'


def _settings(findings: Findings) -> pd.DataFrame:
    rows = {"": ["keeps", "weights pruned", "neurons off"]}
    for name, position in (
        (findings.compared.before, findings.before),
        (findings.compared.after, findings.after),
    ):
        head = position.head
        rows[name] = [
            windows_text(position.pruning),
            f"{head.pruned_weights:,} of {head.mask.numel():,} ({percent(head.pruned_share)})",
            f"{head.pruned_neurons:,} of {head.neuron_mask.numel():,}",
        ]
    return pd.DataFrame(rows)


def _headline(findings: Findings) -> pd.DataFrame:
    old, new, held = findings.old[Half.TUNE], findings.new[Half.TUNE], findings.new[Half.REPORT]
    rows = [
        ("FPR95 ↓", old.fpr95, new.fpr95, f"{percent(held.fpr95)} ({interval(held.fpr95_interval)})"),
        ("AUROC ↑", old.auroc, new.auroc, f"{percent(held.auroc)} ({interval(held.auroc_interval)})"),
        (
            "ECE ↓",
            old.reliability.ece,
            new.reliability.ece,
            with_interval(held.reliability.ece, held.ece_interval),
        ),
        ("ID accuracy ↑", old.accuracy, new.accuracy, with_interval(held.accuracy, held.accuracy_interval)),
    ]
    columns = ["", findings.compared.before, findings.compared.after, f"{findings.compared.after}, held out"]
    return pd.DataFrame([(name, percent(a), percent(b), c) for name, a, b, c in rows], columns=columns)


def _sets(findings: Findings) -> pd.DataFrame:
    frame = set_frame(findings.explorer, findings.ood, findings.compared, findings.old, findings.new)
    metrics = [column for column in frame.columns if column not in ("OOD set", "images")]
    return frame.assign(**{column: frame[column].map(_one_decimal) for column in metrics})


def _one_decimal(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1f}"


def _figures(findings: Findings) -> Iterable[str]:
    explorer, prepared = findings.explorer, findings.explorer.prepared
    titles = findings.compared.titles(findings.after.pruning)
    panels, edges = score_panels(findings.before, findings.after, findings.ood, titles, prepared.roles)
    images = counts(findings.before, findings.ood, prepared.experiment.titles, prepared.roles)
    before, after = (figures[Half.TUNE].reliability for figures in (findings.old, findings.new))
    order = explorer.neuron_order(findings.after.pruning).numpy()
    binned = bin_map(prepared.maps.weights.numpy()[:, order], findings.after.head.mask.numpy()[:, order])
    drawn = (
        score_histograms(panels, edges, LIGHT, title=images),
        reliability_diagram(before, after, LIGHT, names=(findings.compared.before, findings.compared.after)),
        sensitivity_map(binned, prepared.classifier.class_names, LIGHT),
    )
    for number, figure in enumerate(drawn):
        yield _html(figure, with_script=number == 0)


def _tried(findings: Findings) -> Iterable[str]:
    rows = []
    for pruning in findings.tried[-MOST_TRIED:]:
        snapshot = findings.explorer.at(pruning)
        tune, held = (findings.explorer.evaluate(snapshot, findings.ood, half) for half in Half)
        rows.append(
            (windows_text(pruning), *map(percent, (tune.fpr95, held.fpr95, held.auroc, held.accuracy)))
        )
    yield _paragraph(text.TRIED_NOTE.format(count=len(rows)))
    columns = ["keeps", "FPR95 ↓", "FPR95 held out ↓", "AUROC held out ↑", "ID accuracy ↑"]
    yield _table(pd.DataFrame(rows, columns=columns))


def _definitions() -> str:
    words: Mapping[str, str] = {
        "FPR95": explore.FPR95_HELP,
        "AUROC": explore.AUROC_HELP,
        "ECE": explore.ECE_HELP,
        "ID accuracy": explore.ACCURACY_HELP,
        "Sensitivity": explore.MAP_HELP,
    }
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{escape(help_)}</dd>' for name, help_ in words.items())}</dl>"


def _html(figure: go.Figure, *, with_script: bool) -> str:
    return str(figure.to_html(full_html=False, include_plotlyjs=with_script, config={"displaylogo": False}))


def _section(title: str, *content: str) -> str:
    return f"<h2>{escape(title)}</h2>{''.join(content)}"


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _table(frame: pd.DataFrame) -> str:
    return str(frame.to_html(index=False, border=0, na_rep=""))
