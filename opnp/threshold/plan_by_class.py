"""Give a plan thresholds of the predicted classes, with what they do and promise."""

from collections.abc import Sequence
from dataclasses import replace

from opnp.errors import InvalidSettingError
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.threshold.accept_id import AcceptId
from opnp.threshold.by_class import ClassThresholds, class_thresholds, classed_sample, outcome_by_class
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.plan import Plan
from opnp.threshold.promise import promise_by_class
from opnp.threshold.words import INSTEAD


def plan_by_class(planned: Plan, explorer: Explorer, snapshot: Snapshot, ood: Sequence[str]) -> Plan:
    """Choose a threshold for each predicted class that has the images for it.

    Args:
        planned: The rule that accepts ID, with its one threshold, which the other classes keep.
        explorer: The prepared experiment.
        snapshot: The position that the plan was made on.
        ood: Keys of the OOD sets that it was made with.

    Returns:
        The same plan with the thresholds; outcome, promise and `as_measured` are theirs.

    Raises:
        InvalidSettingError: If the rule is another one.
        ImpossiblePromiseError: If no class has images enough.
    """
    if not isinstance(planned.rule, AcceptId):
        raise InvalidSettingError(
            "Expected the rule that accepts a share of ID for a threshold of each class's own but got "
            f"{type(planned.rule).__name__}. Choose that rule, or one threshold."
        )
    prepared, outputs = explorer.prepared, {key: snapshot.ood[key] for key in ood}
    labels, names = prepared.id_test.labels.numpy(), prepared.classifier.class_names
    tune, report = (classed_sample(snapshot.id_test, labels, outputs, half, prepared.roles) for half in Half)

    def found_by(rule: AcceptId, threshold: float) -> ClassThresholds:
        return class_thresholds(rule, threshold, tune, report, len(names))

    found = found_by(planned.rule, planned.threshold)
    if not found.chosen:
        raise ImpossiblePromiseError(_too_few(found))
    outcome = outcome_by_class(planned.threshold, found.values, report)
    plain = planned.as_measured
    if plain is not None:
        own = found_by(replace(planned.rule, confidence=None), plain.threshold)
        plain = outcome_by_class(plain.threshold, own.values, report)
    promise = promise_by_class(planned.rule, found, names)
    return replace(planned, outcome=outcome, promise=promise, as_measured=plain, by_class=found)


def _too_few(found: ClassThresholds) -> str:
    most = max(part.images for part in found.classes)
    return (
        f"No class can have a threshold of its own: {found.needed:,} ID images put in it are needed, and the "
        f"largest has {most:,}. {INSTEAD}"
    )
