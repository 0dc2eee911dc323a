"""Format the comparison as Markdown and LaTeX, for people and papers."""

from collections.abc import Iterator, Sequence

from opnp.comparison.table import (
    COLUMNS,
    GROUP_COLUMNS,
    Cells,
    Row,
    Standing,
    cells,
    group_cells,
    groups_of,
    standings,
)
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
    "In percent, {half}, with 95 % intervals in brackets; averages are over the OOD sets{grouped}, never "
    "pooled. "
    "Bold: the best of a column; {italic}: within the best one's interval. A higher score is more "
    "in-distribution, ID is the positive class. Time: from features in memory to scores, without the "
    f"backbone. {AUPR_IS}"
)
HALVES = {
    "report": "on the held-out images of every OOD set",
    "tune": "on the images of every OOD set to tune on",
}


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
    header = _header(_groups(rows, key))
    parts = [f"# {' '.join(title.split())}", _caption(rows, "*italic*", key), table(header, body)]
    made_from = "\n".join(f"- {' '.join(note.split())}" for note in notes)
    return "\n\n".join([*parts, *_remarks(rows), made_from]) + "\n"


def comparison_latex(rows: Sequence[Row], title: str, notes: Sequence[str], key: str | None = None) -> str:
    r"""Return a `booktabs` table, for a paper; arguments are those of `comparison_markdown`."""
    marks = {Standing.BEST: r"\textbf{%s}", Standing.CLOSE: r"\emph{%s}", Standing.OTHER: "%s"}
    body = [
        " & ".join(marks[standing] % latex(words) for words, standing in line) for line in _body(rows, key)
    ]
    comments = [" ".join(title.split()), _caption(rows, "italic", key), r"needs \usepackage{booktabs}"]
    header = _header(_groups(rows, key))
    lines = [
        *(f"% {' '.join(comment.split())}" for comment in (*comments, *_remarks(rows), *notes)),
        rf"\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}",
        r"\toprule",
        " & ".join(map(latex, header)) + r" \\",
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


def group_title(group: str, name: str) -> str:
    """Return the title of a column of a group's average.

    Example:
        >>> group_title("near", "fpr95")
        'FPR95 near ↓'
    """
    return f" {group} ".join(HEADER[name].rsplit(" ", 1))


def _groups(rows: Sequence[Row], key: str | None) -> list[str]:
    return groups_of(rows) if key is None else []


def _header(groups: Sequence[str]) -> list[str]:
    grouped = [group_title(group, name) for group in groups for name in GROUP_COLUMNS]
    return ["Row", *HEADER.values(), *grouped, TIME]


def _caption(rows: Sequence[Row], italic: str, key: str | None) -> str:
    half = next((str(row.figures.half) for row in rows if row.figures is not None), "report")
    groups = _groups(rows, key)
    grouped = f", and over those of each group ({', '.join(groups)})" if groups else ""
    return READING.format(half=HALVES[half], italic=italic, grouped=grouped)


def _body(rows: Sequence[Row], key: str | None) -> Iterator[list[Cell]]:
    tables = [row.figures for row in rows]
    columns = [*_columns([None if table is None else cells(table, key) for table in tables], COLUMNS)]
    for group in _groups(rows, key):
        averages = [None if table is None else group_cells(table, group) for table in tables]
        columns += _columns(averages, GROUP_COLUMNS)
    for place, row in enumerate(rows):
        time = "–" if row.scoring is None else f"{1e6 * row.scoring:.1f}"
        own = [column[place] for column in columns]
        yield [(row.name, Standing.OTHER), *own, (time, Standing.OTHER)]


def _columns(values: Sequence[Cells | None], names: Sequence[str]) -> Iterator[list[Cell]]:
    """Yield columns of figures: words and standing of each row."""
    for name in names:
        words = [
            "–" if row is None else percent(getattr(row, name), getattr(row, f"{name}_interval", None))
            for row in values
        ]
        yield list(zip(words, standings(name, values), strict=True))


def _remarks(rows: Sequence[Row]) -> list[str]:
    return [f"{row.name}: {row.remark}" for row in rows if row.remark is not None]


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
