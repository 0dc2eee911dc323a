"""Summary of an experiment: its sizes and the unpruned model's figures."""

from dataclasses import asdict, dataclass

import numpy as np

from opnp.config import UNPRUNED
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer
from opnp.store import Store

_KIND = "headline"


@dataclass(frozen=True)
class Summary:
    """An experiment in eight numbers, of the unpruned model on the held-out halves.

    Attributes:
        classes: Number of classes.
        width: Number of features.
        train: ID training images behind the maps.
        test: ID test images.
        ood: OOD images in all sets.
        fpr95: Macro average over the OOD sets, a fraction; lower is better.
        auroc: Macro average over the OOD sets, a fraction; higher is better.
        accuracy: On the ID test images, a fraction.
    """

    classes: int
    width: int
    train: int
    test: int
    ood: int
    fpr95: float
    auroc: float
    accuracy: float


def summarize_metrics(explorer: Explorer) -> Summary:
    """Return the summary of a prepared experiment."""
    prepared = explorer.prepared
    figures = explorer.evaluate(explorer.at(UNPRUNED), prepared.ood, Half.REPORT)
    classes, width = prepared.classifier.weight.shape
    return Summary(
        classes=classes,
        width=width,
        train=prepared.maps.count,
        test=len(prepared.id_test.labels),
        ood=sum(len(part.labels) for part in prepared.ood.values()),
        fpr95=figures.fpr95,
        auroc=figures.auroc,
        accuracy=figures.accuracy,
    )


def keep_summary(store: Store, experiment: str, figures: Summary) -> None:
    """Store the summary under the experiment's key, in place of an earlier one."""
    values = {name: np.array(value) for name, value in asdict(figures).items()}
    store.put(_KIND, {"experiment": experiment}, values)


def lookup_summary(store: Store, experiment: str) -> Summary | None:
    """Return the summary of the experiment's last preparation, or None."""
    values = store.get(_KIND, {"experiment": experiment})
    if values is None:
        return None
    return Summary(**{name: value.item() for name, value in values.items()})
