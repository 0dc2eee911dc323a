"""A benchmark as Markdown that can be read alone: tables, how windows were chosen, how to make it again."""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence

from opnp.benchmark import Benchmark, Row
from opnp.config import windows_text
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.intervals import Interval
from opnp.metrics import AUPR_IS
from opnp.reports.metric_table import average
from opnp.search.trial import HIGHS, LOWS, PARTNERS, SearchResult

READING = (
    "In percent, on the held-out half of every OOD set, with 95 % intervals in brackets. A higher score is "
    "more in-distribution, ID is the positive class, averages are over the sets and never pooled. Accuracy "
    "and ECE are those of the head that the method uses."
)
RULE = (
    "On the tune halves alone, which share no image with the held-out halves: of the candidates that cost at "
    "most {loss:g} points of ID accuracy, the one with the lowest average FPR95. Candidates keep ranks from "
    "{lows} % to {highs} %, under each scope of ranks or definition of a neuron's sensitivity that was "
    "allowed; OPNP pairs the {partners} best of OPP and of ONP. Only the OOD sets are split: threshold and "
    "accuracy come from the same ID test images here and in the tables."
)

Cell = Callable[[Row, str | None], str]
"""A method's figure on the OOD set with that key, or the average for None."""


def percent(fraction: float, interval: Interval | None = None) -> str:
    """A fraction in percent, with its interval.

    Example:
        >>> percent(0.0537), percent(0.0537, Interval(0.05, 0.0714))
        ('5.4', '5.4 (5.0–7.1)')
    """
    ends = "" if interval is None else f" ({100 * interval.low:.1f}–{100 * interval.high:.1f})"
    return f"{100 * fraction:.1f}{ends}"


def summary_rows(benchmark: Benchmark) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table of averages, in percent."""
    header = [
        "Method",
        "Kept",
        "FPR95 ↓",
        "AUROC ↑",
        "AUPR ID ↑",
        "AUPR OOD ↑",
        "Accuracy ↑",
        "ECE ↓",
        "Pruned",
    ]
    rows = []
    for row in benchmark.rows:
        mean = average(row.held_out.together)
        together = row.held_out.together
        rows.append(
            [
                str(row.method),
                windows_text(row.pruning),
                percent(together.fpr95, together.fpr95_interval),
                percent(together.auroc, together.auroc_interval),
                percent(mean.aupr_id),
                percent(mean.aupr_ood),
                percent(together.accuracy),
                percent(together.reliability.ece),
                percent(row.head.pruned_share),
            ]
        )
    return header, rows


def metric_rows(
    benchmark: Benchmark, titles: Mapping[str, str], cell: Cell
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of one metric: methods down, OOD sets across, their average last."""
    header = ["Method", *titles.values(), "Average"]
    return header, [[str(row.method), *(cell(row, key) for key in (*titles, None))] for row in benchmark.rows]


def fpr95_cell(row: Row, key: str | None) -> str:
    """FPR95 with its interval."""
    said = _of(row, key)
    return percent(said.fpr95, said.fpr95_interval)


def auroc_cell(row: Row, key: str | None) -> str:
    """AUROC with its interval."""
    said = _of(row, key)
    return percent(said.auroc, said.auroc_interval)


def aupr_id_cell(row: Row, key: str | None) -> str:
    """AUPR with ID positive."""
    return percent(average(_of(row, key)).aupr_id)


def aupr_ood_cell(row: Row, key: str | None) -> str:
    """AUPR with OOD positive."""
    return percent(average(_of(row, key)).aupr_ood)


METRICS: Mapping[str, Cell] = {
    "FPR95 ↓": fpr95_cell,
    "AUROC ↑": auroc_cell,
    "AUPR, ID positive ↑": aupr_id_cell,
    "AUPR, OOD positive ↑": aupr_ood_cell,
}


def markdown(
    benchmark: Benchmark, made_from: Mapping[str, object], titles: Mapping[str, str], command: Sequence[str]
) -> str:
    """The whole report.

    Args:
        benchmark: The table.
        made_from: Of `opnp.reports.provenance.provenance`.
        titles: Titles of the OOD sets by key, in the order of display.
        command: The words that make it again.

    Returns:
        Markdown that ends in a line break.
    """
    counts = {titles[key]: said.sets[key].count for key, said in benchmark.rows[0].held_out.alone.items()}
    images = ", ".join(f"{title} {count:,}" for title, count in counts.items())
    id_count = int(benchmark.rows[0].held_out.together.reliability.count.sum())
    parts = [
        f"# {made_from['title']}",
        READING,
        f"Images: {id_count:,} ID; {images} (AUPR depends on these counts). {AUPR_IS}",
        table(*summary_rows(benchmark)),
        *(f"## {name}\n\n{table(*metric_rows(benchmark, titles, cell))}" for name, cell in METRICS.items()),
        f"## How the windows were chosen\n\n{choosing_text(benchmark)}",
        f"## To make it again\n\n    {shlex.join(command)}\n\n{_list(made_from)}",
    ]
    return "\n\n".join(parts) + "\n"


def choosing_text(benchmark: Benchmark) -> str:
    """How the windows were chosen, in sentences."""
    lows, highs = (", ".join(f"{end:g}" for end in ends) for ends in (LOWS, HIGHS))
    loss = 100 * benchmark.max_accuracy_loss
    rule = RULE.format(loss=loss, lows=lows, highs=highs, partners=PARTNERS)
    found = [
        f"- {row.method} keeps {windows_text(row.pruning)}: {_found(row.choice)}"
        for row in benchmark.rows
        if row.choice is not None
    ]
    return "\n".join([rule, "", *found])


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    Example:
        >>> print(table(["a", "b"], [["1", "2"]]))
        | a | b |
        | --- | --- |
        | 1 | 2 |
    """
    lines = ([cell.replace("|", "\\|") for cell in line] for line in (header, ["---"] * len(header), *rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _of(row: Row, key: str | None) -> Evaluation:
    return row.held_out.together if key is None else row.held_out.alone[key]


def _found(choice: SearchResult) -> str:
    tune = f"FPR95 {percent(choice.best.fpr95)} on the tune halves"
    if choice.by_hand:
        return f"fixed by hand; {tune}"
    return f"{tune}; {len(choice.ranking)} of {choice.tried} candidates within the loss of accuracy"


def _list(made_from: Mapping[str, object]) -> str:
    lines = []
    for name, value in made_from.items():
        if isinstance(value, Mapping):
            lines.append(f"- {name}: " + ", ".join(f"{key} {part}" for key, part in value.items()))
        else:
            lines.append(f"- {name}: {value}")
    return "\n".join(lines)
