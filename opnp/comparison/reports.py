"""Format the comparison as Markdown and LaTeX, for people and papers."""

from collections.abc import Iterator, Sequence

from opnp.comparison.table import COLUMNS, Row, Standing, cells, standings
from opnp.metrics import AUPR_IS
from opnp.reports.markdown import table
from opnp.reports.percent import percent

HEADER = {
    "fpr95": "FPR95 ↓",
    "auroc": "AUROC ↑",
    "aupr_id": "AUPR ID ↑",
    "aupr_ood": "AUPR OOD ↑",
    "ece": "ECE ↓",
    "accuracy": "Accuracy ↑",
}
"""Titles of the columns; the arrow says which way is better."""

TIME = "µs per image"

READING = (
    "In percent, {half}, with 95 % intervals in brackets; averages are over the OOD sets, never pooled. "
    "Bold: the best of a column; {italic}: within the best one's interval. A higher score is more "
    "in-distribution, ID is the positive class. Time: from features in memory to scores, without the "
    f"backbone. {AUPR_IS}"
)
HALVES = {"report": "on the held-out half of every OOD set", "tune": "on the tune half of every OOD set"}


Cell = tuple[str, Standing]


def comparison_markdown(rows: Sequence[Row], title: str, notes: Sequence[str], key: str | None = None) -> str:
    """Return one table with the rows that could not run below.

    Args:
        rows: What to print.
        title: Of the experiment.
        notes: How windows were chosen and what the table was made from, a line each.
        key: Of an OOD set; the average over the sets if None.

    Returns:
        Markdown that ends in a line break.
    """
    marks = {Standing.BEST: "**{}**", Standing.CLOSE: "*{}*", Standing.OTHER: "{}"}
    body = [[marks[standing].format(words) for words, standing in line] for line in _body(rows, key)]
    parts = [f"# {' '.join(title.split())}", _caption(rows, "*italic*"), table(_header(), body)]
    made_from = "\n".join(f"- {' '.join(note.split())}" for note in notes)
    return "\n\n".join([*parts, *_reasons(rows), made_from]) + "\n"


def comparison_latex(rows: Sequence[Row], title: str, notes: Sequence[str], key: str | None = None) -> str:
    r"""Return a `booktabs` table, for a paper; arguments are those of `comparison_markdown`."""
    marks = {Standing.BEST: r"\textbf{%s}", Standing.CLOSE: r"\emph{%s}", Standing.OTHER: "%s"}
    body = [
        " & ".join(marks[standing] % latex(words) for words, standing in line) for line in _body(rows, key)
    ]
    comments = [" ".join(title.split()), _caption(rows, "italic"), r"needs \usepackage{booktabs}"]
    lines = [
        *(f"% {' '.join(comment.split())}" for comment in (*comments, *_reasons(rows), *notes)),
        rf"\begin{{tabular}}{{l{'r' * (len(_header()) - 1)}}}",
        r"\toprule",
        " & ".join(map(latex, _header())) + r" \\",
        r"\midrule",
        *(rf"{line} \\" for line in body),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def latex(words: str) -> str:
    r"""Escape words for LaTeX.

    Example:
        >>> print(latex("95 % of {x_1}"))
        95 \% of \{x\_1\}
    """
    return "".join(_TEX.get(letter, letter) for letter in words)


def _header() -> list[str]:
    return ["Row", *HEADER.values(), TIME]


def _caption(rows: Sequence[Row], italic: str) -> str:
    half = next((str(row.figures.half) for row in rows if row.figures is not None), "report")
    return READING.format(half=HALVES[half], italic=italic)


def _body(rows: Sequence[Row], key: str | None) -> Iterator[list[Cell]]:
    all_cells = [None if row.figures is None else cells(row.figures, key) for row in rows]
    stands = {name: standings(name, all_cells) for name in COLUMNS}
    for place, (row, row_cells) in enumerate(zip(rows, all_cells, strict=True)):
        line = [(row.name, Standing.OTHER)]
        for name in COLUMNS:
            ends = getattr(row_cells, f"{name}_interval", None)
            words = "–" if row_cells is None else percent(getattr(row_cells, name), ends)
            line.append((words, stands[name][place]))
        time = "–" if row.scoring is None else f"{1e6 * row.scoring:.1f}"
        yield [*line, (time, Standing.OTHER)]


def _reasons(rows: Sequence[Row]) -> list[str]:
    return [f"{row.name}: {row.reason}" for row in rows if row.reason is not None]


_TEX = {letter: f"\\{letter}" for letter in "%&_#${}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "↓": r"$\downarrow$",
    "↑": r"$\uparrow$",
    "µ": r"$\mu$",
    "γ": r"$\gamma$",
    "–": "--",
}
