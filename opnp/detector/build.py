"""Build a detector with its manifest from a position of the windows and a chosen threshold."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

from opnp.detector.detector import Detector
from opnp.detector.manifest import CLASS_THRESHOLDS, FORMAT, SCORE, VERSION, DetectorManifest
from opnp.detector.probes import make_probes
from opnp.detector.reference import KEY, make_reference
from opnp.errors import InvalidSettingError
from opnp.evaluation.intervals import Interval
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.reports.metric_table import describe_pruning, realised
from opnp.reports.provenance import provenance
from opnp.threshold.outcome import Proportion
from opnp.threshold.plan import Plan
from opnp.threshold.rules import describe_rule

Number = dict[str, float | int | None]


def make_detector(explorer: Explorer, snapshot: Snapshot, plan: Plan) -> Detector:
    """Put a detector together.

    Args:
        explorer: The prepared experiment.
        snapshot: The position of the windows.
        plan: The threshold, or one of each class, chosen on that position, with what follows from it.

    Returns:
        The detector, on the explorer's device.

    Raises:
        InvalidSettingError: If the experiment has no model to look at images with.
    """
    prepared = explorer.prepared
    experiment, classifier = prepared.experiment, prepared.classifier
    if not experiment.accepts_images:
        raise InvalidSettingError(
            f"Expected an experiment whose model looks at images but {experiment.key!r} has only features. "
            "Choose one with a model to make a detector."
        )
    weight, bias = snapshot.head.weight.cpu().float(), classifier.bias.cpu().float()
    ood = list(dict.fromkeys([*plan.basis.tune.ood, *plan.basis.report.ood]))
    sets = (experiment.id_test, *(images for images in experiment.ood if images.key in ood[:1]))
    own = None if plan.by_class is None else plan.by_class.values.tolist()
    source = experiment.id_test.title
    reference = make_reference(snapshot.id_test, plan.threshold, classes=len(weight), source=source, own=own)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "score": SCORE,
        "threshold": plan.threshold,
        **({} if own is None else {CLASS_THRESHOLDS: own}),
        "classes": list(classifier.class_names),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "rule": describe_rule(plan.rule),
        **({"promise": asdict(plan.promise)} if plan.promise else {}),
        "ood": ood,
        "pruning": describe_pruning(snapshot.pruning),
        "realised": realised(snapshot.head),
        "metrics": metrics(explorer, snapshot, plan),
        KEY: reference.entry(),
        **provenance(explorer, classifier.weight.device),
    }
    probes = make_probes(classifier, weight, bias, sets)
    return Detector(classifier, weight, bias, probes, DetectorManifest(_plain(manifest)), reference)


def metrics(explorer: Explorer, snapshot: Snapshot, plan: Plan) -> dict[str, object]:
    """Return the detector's figures on the held-out halves: fractions, each with its 95 % interval."""
    outcome = plan.outcome
    ranking = {}
    ood = list(plan.basis.report.ood)
    if ood:
        figures = explorer.evaluate(snapshot, ood, Half.REPORT)
        ranking = {
            "fpr95": _number(figures.fpr95, figures.fpr95_interval),
            "auroc": _number(figures.auroc, figures.auroc_interval),
        }
    return {
        "half": str(Half.REPORT),
        "id_accepted": _share(outcome.id_accepted),
        "ood_accepted": {key: _share(part) for key, part in outcome.ood_accepted.items()},
        "accuracy_accepted": _share(outcome.accuracy_accepted),
        "accuracy": _share(outcome.accuracy),
        "aurc": {**_number(plan.curve.area, plan.curve.interval), "ood_share": plan.basis.ood_share},
        **ranking,
    }


def _share(part: Proportion) -> Number:
    value = part.value if part.count else None
    return {"hits": part.hits, "count": part.count, "value": value, **_ends(part.interval)}


def _number(value: float, interval: Interval) -> Number:
    return {"value": value, **_ends(interval)}


def _ends(interval: Interval) -> Number:
    return {"low": interval.low, "high": interval.high}


def _plain(manifest: dict[str, object]) -> dict[str, object]:
    """Return a manifest as it comes back from a file: lists for tuples, str for enums."""
    read: dict[str, object] = json.loads(json.dumps(manifest))
    return read
