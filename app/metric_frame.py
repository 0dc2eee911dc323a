"""Data frame of the metrics of each OOD set and their macro average, for tables and files."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from app.state.baseline import Pair
from app.text import explore as text
from opnp.config import Pruning, windows_text
from opnp.evaluation.evaluate import Evaluation, OodMetrics
from opnp.evaluation.splits import Half
from opnp.experiments.experiment import groups_of
from opnp.explorer import Explorer
from opnp.reports.csv_table import csv_of
from opnp.reports.metric_table import mean_metrics

SET = "OOD set"
HELD_OUT = "FPR95 held out"
Halves = Mapping[Half, Evaluation]


def set_frame(
    explorer: Explorer, ood: tuple[str, ...], compared: Pair, before: Halves, after: Halves
) -> pd.DataFrame:
    """Make a frame of one row a set and a group, the average last; all values but the counts in percent.

    Args:
        explorer: For the sets' titles.
        ood: Keys of the sets.
        compared: What stands side by side.
        before: Figures of the first.
        after: Figures of the second; without the held-out half while they come from a sample.
    """
    titles = explorer.prepared.experiment.titles
    held_out = after.get(Half.REPORT)
    sets = [each.sets if each else {} for each in (before[Half.TUNE], after[Half.TUNE], held_out)]
    rows = [_row(titles[key], compared, [own.get(key) for own in sets]) for key in ood]
    for group, keys in groups_of(explorer.prepared.experiment.ood, ood).items():
        parts = [[own[key] for key in keys if key in own] for own in sets]
        means = [mean_metrics(part) if part else None for part in parts]
        rows.append(_row(text.GROUP.format(group=group), compared, means))
    means = [mean_metrics(list(own.values())) if own else None for own in sets]
    return pd.DataFrame([*rows, _row(text.AVERAGE, compared, means)])


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


def _row(title: str, compared: Pair, figures: Sequence[OodMetrics | None]) -> dict[str, str | float | int]:
    """Return a row of the figures before, after and held out; those that there are none of are NaN."""
    old, new, held_out = figures

    def of(metrics: OodMetrics | None, name: str) -> float:
        return math.nan if metrics is None else 100 * float(getattr(metrics, name))

    return {
        SET: title,
        f"FPR95 {compared.before}": of(old, "fpr95"),
        f"FPR95 {compared.after}": of(new, "fpr95"),
        HELD_OUT: of(held_out, "fpr95"),
        f"AUROC {compared.before}": of(old, "auroc"),
        f"AUROC {compared.after}": of(new, "auroc"),
        "AUROC held out": of(held_out, "auroc"),
        "AUPR, ID positive": of(new, "aupr_id"),
        "AUPR, OOD positive": of(new, "aupr_ood"),
        "FPR95, OOD positive": of(new, "fpr95_ood_positive"),
        "images": new.count if new is not None else 0,
    }
