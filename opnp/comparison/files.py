"""The comparison as CSV and JSON, for machines."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

from opnp.comparison.spelling import spell
from opnp.comparison.table import Row
from opnp.config import windows_text
from opnp.figures import AVERAGE, DIRECTION, Record, records


def comparison_records(rows: Sequence[Row]) -> Iterator[Record]:
    """One flat record for each row and OOD set, and for the average. Fractions and microseconds."""
    for row in rows:
        head: Record = {
            "row": row.name,
            "recipe": spell(row.recipe),
            "kept": windows_text(row.recipe.pruning),
            "us_per_image": None if row.scoring is None else 1e6 * row.scoring,
            "fit_seconds": row.fitting,
            "reason": row.reason,
        }
        for record in [{"set": AVERAGE}] if row.figures is None else records(row.figures):
            yield {**head, **record}


def comparison_csv(rows: Sequence[Row], title: str) -> str:
    """The table in long form, after lines that say what the numbers are."""
    written = list(comparison_records(rows))
    names = list(dict.fromkeys(name for record in written for name in record))
    text = io.StringIO()
    text.write(f"# experiment: {' '.join(title.split())}\n# scores: {DIRECTION}\n")
    text.write("# fractions; FPR95 and ECE: lower is better, AUROC, AUPR and accuracy: higher is better\n")
    text.write("# half: tune = seen while choosing windows, report = held out; low and high: 95 % interval\n")
    text.write("# us_per_image: microseconds from features in memory to scores, without the backbone\n")
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_safe(record) for record in written)
    return text.getvalue()


def comparison_json(rows: Sequence[Row], made_from: Mapping[str, object], ood: Sequence[str]) -> str:
    """The table with what it was made from."""
    said = {
        **made_from,
        "ood": list(ood),
        "scores": DIRECTION,
        "unit": "fractions",
        "rows": [_machine(row) for row in rows],
    }
    return json.dumps(said, indent=1) + "\n"


def _machine(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "recipe": spell(row.recipe),
        "reason": row.reason,
        "us_per_image": None if row.scoring is None else 1e6 * row.scoring,
        "fit_seconds": row.fitting,
        "sets": [] if row.figures is None else list(records(row.figures)),
    }


def _safe(record: Record) -> Record:
    """Without a leading sign that a spreadsheet would take for a formula; names come from visitors."""
    name = str(record["row"])
    return {**record, "row": f"'{name}" if name[:1] in "=+-@\t\r" else name}
