"""The embedded experiment has one best OPNP: the engine, page, terminal and documents print the same."""

import json
from pathlib import Path

from typer.testing import CliRunner

from app import cached
from app.format import percent as with_unit
from opnp.cli.app import app as terminal
from opnp.reports.found_windows import search_facts, search_lines
from opnp.reports.metric_table import AVERAGE
from opnp.reports.percent import percent
from opnp.search.find_windows import find_windows

ROOT = Path(__file__).parents[2]


def rows_of(document: str, start: str) -> list[str]:
    """Lines of a document that start so."""
    return [line for line in document.splitlines() if line.startswith(start)]


def test_page_terminal_and_documents_print_one_best_opnp(dashboard, cache_folder):
    page = dashboard("landscape")
    explorer = cached.ready("fashion")
    found = find_windows(explorer, tuple(explorer.prepared.ood))
    report = found.held_out.report
    assert page.metric[0].value == with_unit(report.fpr95)

    command = ["compare", "fashion", "--search", "--method", "pruned", "--json", "--cache", str(cache_folder)]
    said = json.loads(CliRunner().invoke(terminal, command).stdout)
    assert said["search"] == json.loads(json.dumps(search_facts(found)))
    [row] = said["rows"]
    [average] = [one for one in row["sets"] if one["set"] == AVERAGE]
    assert row["name"] == "OPNP"

    figure = percent(report.fpr95, report.fpr95_interval)
    assert percent(average["fpr95"]) == percent(report.fpr95)
    results = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [chosen] = rows_of(results, "| the tune halves, ")
    [compared] = rows_of(results, "| OPNP, windows found |")
    [expected] = rows_of(readme, "| windows found on the other halves |")
    for row in (chosen, compared, expected):
        assert figure in row
    titles = {images.key: images.title for images in explorer.prepared.experiment.ood}
    shown = " ".join((ROOT / "docs" / "command-line.md").read_text(encoding="utf-8").split())
    for line in search_lines(found, titles):
        assert line in shown
