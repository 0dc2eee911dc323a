"""Export the comparison as CSV and JSON, for machines."""

import json
from collections.abc import Iterator, Mapping, Sequence

from opnp.comparison.grammar import format_recipe
from opnp.comparison.table import Row
from opnp.config import windows_text
from opnp.reports.csv_table import csv_of
from opnp.reports.metric_table import AVERAGE, DIRECTION, Record, records


def comparison_records(rows: Sequence[Row]) -> Iterator[Record]:
    """Yield one flat record for each row and OOD set, and for the average. Fractions and microseconds."""
    for row in rows:
        head: Record = {
            "row": row.name,
            "recipe": format_recipe(row.recipe),
            "kept": windows_text(row.recipe.pruning),
            "us_per_image": None if row.scoring is None else 1e6 * row.scoring,
            "fit_seconds": row.fitting,
            "reason": row.reason,
            "note": row.note,
        }
        for record in [{"set": AVERAGE}] if row.figures is None else records(row.figures):
            yield {**head, **record}


TIME = "us_per_image: microseconds from features in memory to scores, without the backbone"
"""What a column is that tables of figures have not."""


def comparison_csv(rows: Sequence[Row]) -> str:
    """Return the table in long form."""
    return csv_of(comparison_records(rows))


def comparison_json(rows: Sequence[Row], made_from: Mapping[str, object], ood: Sequence[str]) -> str:
    """Return the table with what it was made from."""
    comparison = {
        **made_from,
        "ood": list(ood),
        "scores": DIRECTION,
        "unit": "fractions",
        "rows": [_as_json(row) for row in rows],
    }
    return json.dumps(comparison, indent=1) + "\n"


def _as_json(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "recipe": format_recipe(row.recipe),
        "reason": row.reason,
        "note": row.note,
        "us_per_image": None if row.scoring is None else 1e6 * row.scoring,
        "fit_seconds": row.fitting,
        "sets": [] if row.figures is None else list(records(row.figures)),
    }
