"""Restore a detector's settings on the experiment that it was made from, and compute its figures again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from opnp.config import Pruning
from opnp.detector.archive import refused
from opnp.detector.detector import Detector
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.evaluation.evaluate import evaluate
from opnp.evaluation.intervals import Interval
from opnp.evaluation.splits import Half, sets_in
from opnp.explorer import Explorer
from opnp.scoring.head_output import rescore
from opnp.threshold.accept_id import AcceptId
from opnp.threshold.by_class import classed_sample, outcome_by_class
from opnp.threshold.coverage import risk_coverage
from opnp.threshold.outcome import Proportion
from opnp.threshold.rules import AcceptAndLimit, LimitOod, Rule, parse_rule

ID_ACCEPTED, RIGHT = "ID accepted", "Accuracy on accepted"
AURC, FPR95, AUROC = "AURC", "FPR95", "AUROC"
_MOST_IMAGES = 10**12
SAME = 5e-5
"""Two figures this close are the same: what rounding on another device may move, and less than is shown."""


@dataclass(frozen=True)
class Measured:
    """A fraction with its 95 % interval.

    Attributes:
        value: NaN of nothing.
        interval: Around it.
    """

    value: float
    interval: Interval


@dataclass(frozen=True)
class MetricComparison:
    """A figure of the held-out halves, as the file says it and as it is now.

    Attributes:
        name: `ID_ACCEPTED`, the key of an OOD set, `RIGHT`, `AURC`, `FPR95` or `AUROC`.
        filed: In the manifest.
        fresh: With the detector's head and thresholds on this machine's features.
    """

    name: str
    filed: Measured
    fresh: Measured

    @property
    def same(self) -> bool:
        """True if they differ by rounding at most."""
        filed, fresh = self.filed.value, self.fresh.value
        return abs(filed - fresh) <= SAME or (math.isnan(filed) and math.isnan(fresh))


@dataclass(frozen=True)
class RestoredSettings:
    """Settings that a detector was made with, and its figures.

    Attributes:
        pruning: The windows.
        rule: How its threshold was chosen.
        ood: Keys of the OOD sets it was chosen with.
        ood_share: Share of OOD in the traffic, of its AURC.
        by_class: Whether each class may have a threshold of its own.
        figures: Filed and fresh.
    """

    pruning: Pruning
    rule: Rule
    ood: tuple[str, ...]
    ood_share: float
    by_class: bool
    figures: tuple[MetricComparison, ...]


def restore_settings(detector: Detector, explorer: Explorer) -> RestoredSettings:
    """Read a detector's settings and compute its figures again.

    Args:
        detector: From a file.
        explorer: The prepared experiment that it names.

    Returns:
        Settings and figures.

    Raises:
        InvalidDataError: If the manifest does not fit the experiment.
        InvalidSettingError: If its windows or its rule are none.
    """
    manifest, prepared = detector.manifest.values, explorer.prepared
    if detector.manifest.experiment != prepared.experiment.key:
        raise InvalidSettingError(
            f"Expected a detector of {prepared.experiment.key!r} but got one of "
            f"{detector.manifest.experiment!r}. Choose that experiment first."
        )
    ood = manifest["ood"]
    if not all(isinstance(key, str) and key in prepared.ood for key in ood):
        raise InvalidDataError("Expected the detector's OOD sets to be this experiment's but one is not.")
    if len(set(ood)) < len(ood):
        raise refused("it names an OOD set twice")
    try:
        pruning = Pruning(**{name: value for name, value in manifest["pruning"].items() if name != "kind"})
        filed = _filed_metrics(manifest["metrics"], sets_in(ood, Half.REPORT, prepared.roles))
        ood_share = _fraction(manifest["metrics"]["aurc"]["ood_share"])
    except (KeyError, TypeError, AttributeError):
        raise refused("its manifest lacks windows or figures") from None
    rule = parse_rule(manifest["rule"])
    if isinstance(rule, LimitOod | AcceptAndLimit) and not rule.most.keys() <= set(ood):
        raise refused("its rule limits an OOD set that it was not chosen with")
    by_class = detector.class_thresholds is not None
    if by_class and not isinstance(rule, AcceptId):
        raise refused("its classes have thresholds that its rule gives none")
    fresh = _compute_metrics(detector, explorer, ood, ood_share)
    figures = tuple(MetricComparison(name, filed[name], fresh[name]) for name in filed)
    return RestoredSettings(pruning, rule, tuple(ood), ood_share, by_class, figures)


def _compute_metrics(
    detector: Detector, explorer: Explorer, ood: list[str], ood_share: float
) -> dict[str, Measured]:
    """Return the figures of the detector's head and thresholds on the held-out halves of stored features."""
    prepared, labels = explorer.prepared, explorer.prepared.id_test.labels.numpy()
    rows = {key: rescore(prepared.ood[key].features, detector.weight, detector.bias) for key in ood}
    id_test = rescore(prepared.id_test.features, detector.weight, detector.bias)
    classed = classed_sample(id_test, labels, rows, Half.REPORT, prepared.roles)
    now = outcome_by_class(detector.threshold, np.array(detector.manifest.thresholds), classed)
    sample, curve = classed.sample, risk_coverage(classed.sample, ood_share=ood_share)
    shares = {ID_ACCEPTED: now.id_accepted, **now.ood_accepted, RIGHT: now.accuracy_accepted}
    fresh = {name: _measured(part) for name, part in shares.items()}
    fresh[AURC] = Measured(curve.area, curve.interval)
    if sample.ood:
        ranking = evaluate(id_test, labels, rows, half=Half.REPORT, roles=prepared.roles)
        fresh[FPR95] = Measured(ranking.fpr95, ranking.fpr95_interval)
        fresh[AUROC] = Measured(ranking.auroc, ranking.auroc_interval)
    return fresh


def _filed_metrics(metrics: Mapping[str, Any], reported: list[str]) -> dict[str, Measured]:
    """Return the figures that a manifest says, in the order of the page."""
    shares = {ID_ACCEPTED: metrics["id_accepted"]} | {key: metrics["ood_accepted"][key] for key in reported}
    filed = {name: _share(share) for name, share in (shares | {RIGHT: metrics["accuracy_accepted"]}).items()}
    numbers = {AURC: "aurc", **({FPR95: "fpr95", AUROC: "auroc"} if reported else {})}
    return filed | {name: _number(metrics[key]) for name, key in numbers.items()}


def _share(values: Mapping[str, Any]) -> Measured:
    hits, count = values["hits"], values["count"]
    if not (type(hits) is int and type(count) is int and 0 <= hits <= count <= _MOST_IMAGES):
        raise refused("a count in its manifest is none")
    return _measured(Proportion(hits, count))


def _measured(part: Proportion) -> Measured:
    return Measured(part.value, part.interval)


def _number(values: Mapping[str, Any]) -> Measured:
    low, high = _fraction(values["low"]), _fraction(values["high"])
    return Measured(_fraction(values["value"]), Interval(low, high))


def _fraction(value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:  # type: ignore[operator]
        raise refused("a fraction in its manifest is none")
    return float(value)  # type: ignore[arg-type]
