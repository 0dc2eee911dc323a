"""Data frame of the metrics of each OOD set and their macro average, for tables and files."""

import math
from collections.abc import Mapping

import pandas as pd

from app.state.baseline import Pair
from app.text import explore as text
from opnp.config import Pruning, windows_text
from opnp.evaluation.evaluate import Evaluation, OodMetrics
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer
from opnp.reports.csv_table import csv_of
from opnp.reports.metric_table import average

SET = "OOD set"
HELD_OUT = "FPR95 held out"
Halves = Mapping[Half, Evaluation]


def set_frame(
    explorer: Explorer, ood: tuple[str, ...], compared: Pair, before: Halves, after: Halves
) -> pd.DataFrame:
    """Make a frame of one row a set, the average last; all values but the counts in percent.

    Args:
        explorer: For the sets' titles.
        ood: Keys of the sets.
        compared: What stands side by side.
        before: Figures of the first.
        after: Figures of the second; without the held-out half while they come from a sample.
    """
    titles = explorer.prepared.experiment.titles
    old, new, held_out = before[Half.TUNE], after[Half.TUNE], after.get(Half.REPORT)
    rows = [
        _row(titles[key], compared, old.sets[key], new.sets[key], held_out.sets[key] if held_out else None)
        for key in ood
    ]
    mean = _row(text.AVERAGE, compared, average(old), average(new), average(held_out) if held_out else None)
    return pd.DataFrame([*rows, mean])


def frame_csv(explorer: Explorer, compared: Pair, present: Pruning, frame: pd.DataFrame) -> str:
    """Write the frame as CSV, its settings in columns behind it. All values but the counts in percent."""
    about = {
        "experiment": explorer.prepared.experiment.title,
        f"kept {compared.before}": windows_text(compared.pruning),
        f"kept {compared.after}": windows_text(present),
    }
    rounded = frame.map(lambda cell: round(cell, 4) if isinstance(cell, float) else cell)
    rows = rounded.to_dict("records")
    return csv_of({**{str(name): cell for name, cell in row.items()}, **about} for row in rows)


def _row(
    title: str, compared: Pair, old: OodMetrics, new: OodMetrics, held_out: OodMetrics | None
) -> dict[str, str | float | int]:
    return {
        SET: title,
        f"FPR95 {compared.before}": 100 * old.fpr95,
        f"FPR95 {compared.after}": 100 * new.fpr95,
        HELD_OUT: 100 * held_out.fpr95 if held_out else math.nan,
        f"AUROC {compared.before}": 100 * old.auroc,
        f"AUROC {compared.after}": 100 * new.auroc,
        "AUROC held out": 100 * held_out.auroc if held_out else math.nan,
        "AUPR, ID positive": 100 * new.aupr_id,
        "AUPR, OOD positive": 100 * new.aupr_ood,
        "FPR95, OOD positive": 100 * new.fpr95_ood_positive,
        "images": new.count,
    }
