"""Search windows on features in memory, as the dashboard does on those of an experiment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import torch

from opnp._utils.checks import require_number, require_option
from opnp.config import UNPRUNED, Pruning, windows_text
from opnp.data.image_set import NO_LABEL, FeatureSet, content_identity
from opnp.errors import InvalidDataError
from opnp.estimator.fitted import Fitted
from opnp.experiments.experiment import Experiment
from opnp.explorer import Explorer
from opnp.features.types import Features
from opnp.models import Classifier
from opnp.prepare import Prepared
from opnp.reports.percent import percent
from opnp.search.blind import ABSTAINS
from opnp.search.coarse_to_fine import SearchSpace
from opnp.search.find_windows import find_windows
from opnp.search.holdout import HeldOutResult
from opnp.search.trial import Trial

Loader = Iterable[object]
"""Of batches as `opnp.estimator.batches` reads them."""


@dataclass(frozen=True)
class WindowSearch:
    """Windows that a search found.

    Attributes:
        pruning: The windows; unpruned if nothing is better, and without OOD sets.
        tried: Number of windows that were tried; 0 without OOD sets.
        tune: Figures where they were chosen, which flatter them; None without OOD sets.
        held_out: Figures on the OOD halves that the search did not see; None without OOD sets.
    """

    pruning: Pruning
    tried: int
    tune: Trial | None = field(repr=False)
    held_out: HeldOutResult | None = field(repr=False)

    @property
    def summary(self) -> str:
        """What was chosen among how many, and its FPR95 where it was chosen and held out, in a sentence."""
        held = self.held_out
        if held is None:
            return ABSTAINS
        unpruned = percent(held.unpruned.fpr95, held.unpruned.fpr95_interval)
        if self.pruning == UNPRUNED:
            tried = f"None of {self.tried:,} windows tried beats the unpruned model"
            return f"{tried}: FPR95 {unpruned} % held out."
        report = percent(held.report.fpr95, held.report.fpr95_interval)
        return (
            f"{windows_text(self.pruning).capitalize()}, the best of {self.tried:,} windows tried: FPR95 "
            f"{percent(held.tune.fpr95)} % where it was chosen, {report} % held out; unpruned {unpruned} % "
            "held out."
        )


def search_windows(
    fitted: Fitted,
    id_test: Features,
    ood: Mapping[str, Features],
    space: SearchSpace | str,
    *,
    max_accuracy_loss: float,
    progress: Callable[[float], object] | None = None,
) -> WindowSearch:
    """Find the windows with the lowest FPR95 that cost at most so much ID accuracy; none without OOD sets.

    Raises:
        InvalidDataError: If an ID label is none of a logit, or an OOD set has fewer than two images.
        InvalidSettingError: If `space` or `max_accuracy_loss` is not allowed.
    """
    space = require_option("space", SearchSpace, space)
    max_accuracy_loss = require_number(
        "`max_accuracy_loss`", max_accuracy_loss, most=1, remedy="0.005 allows half a point."
    )
    classifier = fitted.classifier
    _require_labels(id_test.labels, len(classifier.weight))
    require_halves(ood)
    if not ood:
        if progress is not None:
            progress(1.0)
        return WindowSearch(UNPRUNED, 0, None, None)
    prepared = Prepared(_in_memory(classifier, id_test, ood), classifier, id_test, ood, fitted.maps)
    found = find_windows(
        Explorer(prepared), list(ood), space, max_accuracy_loss=max_accuracy_loss, progress=progress
    )
    return WindowSearch(found.pruning, found.result.tried, found.result.best, found.held_out)


def require_halves(ood: Mapping[str, Features]) -> None:
    """Check that each OOD set has an image for each half.

    Raises:
        InvalidDataError: If one has fewer.
    """
    for name, features in ood.items():
        if len(features.labels) < 2:
            raise InvalidDataError(
                f"Expected at least 2 images in OOD set {name!r}, one to choose windows on and one held out, "
                f"but got {len(features.labels)}."
            )


def named_sets(loaders: object) -> dict[str, Loader]:
    """Return loaders by name; those of a list are called ood-1, ood-2 ...

    Raises:
        InvalidDataError: If it is neither, so that the batches of one loader are not taken for sets.
    """
    if loaders is None:
        return {}
    if isinstance(loaders, Mapping):
        return {str(key): loader for key, loader in loaders.items()}
    if isinstance(loaders, list | tuple):
        return {f"ood-{number}": loader for number, loader in enumerate(loaders, 1)}
    raise InvalidDataError(
        f"Expected `ood_loaders` to be a mapping of names to loaders, or a list of loaders, but got "
        f"{type(loaders).__name__}. For a single one write {{'far': loader}}."
    )


def _in_memory(classifier: Classifier, id_test: Features, ood: Mapping[str, Features]) -> Experiment:
    return Experiment(
        key="in-memory",
        title="In memory",
        description="Features that loaders gave.",
        classifier=lambda: classifier,
        id_train=_set("id-train", id_test),
        id_test=_set("id-test", id_test),
        ood=tuple(_set(key, features) for key, features in ood.items()),
    )


def _set(key: str, features: Features) -> FeatureSet:
    return FeatureSet(
        key,
        key,
        "",
        identity=lambda: content_identity(features.features.numpy().tobytes()),
        features=lambda: (features.features, features.labels),
    )


def _require_labels(labels: torch.Tensor, classes: int) -> None:
    wrong = torch.nonzero((labels < 0) | (labels >= classes)).flatten()
    if not len(wrong):
        return
    label = int(labels[wrong[0]])
    got = "none" if label == NO_LABEL else str(label)
    raise InvalidDataError(
        f"Expected the ID loader to give (images, labels) with labels from 0 to {classes - 1}, one for each "
        f"logit, but image {int(wrong[0])} has {got}. They tell the accuracy that pruning costs."
    )
