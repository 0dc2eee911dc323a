"""Evaluate a position with covariate-shifted ID sets counted as ID: the full spectrum.

Reference:
    Yang, Zhou and Liu, Full-Spectrum Out-of-Distribution Detection, IJCV 2023.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from opnp.evaluation.evaluate import Evaluation, evaluate_against
from opnp.evaluation.splits import Half, half_of, scores_in
from opnp.explorer import Explorer, Snapshot
from opnp.reports.metric_table import MetricTable, table_of
from opnp.scoring.head_output import HeadOutput

FULL_SPECTRUM = "full spectrum"
FULL_SPECTRUM_IS = (
    "which images are the ID of a row: those of ID test; on the full spectrum, those and the shifted sets "
    "together; or one shifted set, of which a row has the accuracy alone"
)
"""What the column `id` of a table of figures is."""


@dataclass(frozen=True)
class ShiftedAccuracy:
    """Accuracy on a covariate-shifted ID set.

    Attributes:
        images: Number of its images.
        accuracy: Share of them classified right.
    """

    images: int
    accuracy: float


@dataclass(frozen=True)
class FullSpectrum:
    """Figures of one head on the full spectrum.

    Attributes:
        sets: The accuracy on each shifted set, by key.
        halves: Figures of the OOD sets against that half of the ID test images and of all shifted sets.
    """

    sets: Mapping[str, ShiftedAccuracy]
    halves: Mapping[Half, MetricTable]


def full_spectrum(explorer: Explorer, snapshot: Snapshot, ood: Sequence[str]) -> FullSpectrum | None:
    """Evaluate a position; None where the experiment was prepared without shifted sets.

    Every ID image counts once, so a large shifted set weighs more than a small one, as in OpenOOD.

    Args:
        explorer: The experiment.
        snapshot: The position.
        ood: Keys of the OOD sets.

    Raises:
        InvalidDataError: If there is no OOD set to tune on, or none to report on.
    """
    prepared = explorer.prepared
    if not prepared.shifted:
        return None
    outputs = {key: explorer.score(part.features, snapshot.head) for key, part in prepared.shifted.items()}
    every = (snapshot.id_test, *outputs.values())
    parts = (prepared.id_test, *prepared.shifted.values())

    def against(half: Half, keys: Sequence[str]) -> Evaluation:
        rows = [half_of(len(part.labels), half) for part in parts]
        taken = [one.take(own).fields for one, own in zip(every, rows, strict=True)]
        labels = np.concatenate([part.labels.numpy()[own] for part, own in zip(parts, rows, strict=True)])
        on_id = HeadOutput(*(torch.cat(fields) for fields in zip(*taken, strict=True)))
        chosen = {key: snapshot.ood[key] for key in keys}
        return evaluate_against(on_id, labels, scores_in(chosen, half, prepared.roles))

    accuracies = {
        key: ShiftedAccuracy(
            len(output.predicted),
            float((output.predicted == prepared.shifted[key].labels).double().mean()),
        )
        for key, output in outputs.items()
    }
    tables = {half: table_of(prepared, ood, half, partial(against, half)) for half in Half}
    return FullSpectrum(accuracies, tables)
