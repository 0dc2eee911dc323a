"""A threshold rule on an experiment: chosen on the tune halves, evaluated on the held-out ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opnp.evaluation.intervals import Interval
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.scoring.head_output import HeadOutput
from opnp.threshold.by_class import ClassThresholds
from opnp.threshold.cost_interval import cost_interval
from opnp.threshold.coverage import RiskCoverage, risk_coverage
from opnp.threshold.outcome import Outcome, outcome
from opnp.threshold.promise import Promise, promise_of
from opnp.threshold.rules import MinimiseCost, Rule, as_measured, choose_threshold, steady
from opnp.threshold.sample import ScoredSample, sample_of


@dataclass(frozen=True)
class Basis:
    """Input of a rule: everything about one way of scoring that does not depend on the threshold.

    Attributes:
        tune: The half that chooses.
        report: The half that tells.
        ood_share: Share of OOD in the traffic of the risk–coverage curve.
        curve: That curve on the held-out half.
        titles: Of the OOD sets, by key.
        by_confidence: Whether the scores are log-odds of the maximum softmax probability.
    """

    tune: ScoredSample
    report: ScoredSample
    ood_share: float
    curve: RiskCoverage
    titles: Mapping[str, str]
    by_confidence: bool = False


@dataclass(frozen=True)
class ExpectedCost:
    """The expected cost of an image of the traffic.

    Attributes:
        value: In the unit of the rule's costs.
        interval: Its 95 % interval.
    """

    value: float
    interval: Interval


@dataclass(frozen=True)
class Plan:
    """Expected behaviour of one way of scoring in production.

    Attributes:
        rule: How its threshold is chosen.
        basis: What it is chosen and judged on.
        outcome: What the threshold does on the held-out half.
        promise: What the rule promises of images to come, if it does.
        as_measured: What the threshold of the same rule without its promise does there: what the promise
            costs is the difference. None where there is no promise.
        by_class: Thresholds of the predicted classes, where each may have its own; then outcome, promise and
            `as_measured` are theirs. None where all classes share the one threshold.
    """

    rule: Rule
    basis: Basis
    outcome: Outcome
    promise: Promise | None
    as_measured: Outcome | None
    by_class: ClassThresholds | None = None

    @property
    def threshold(self) -> float:
        """Chosen threshold, of all classes or of those that have none of their own."""
        return self.outcome.threshold

    @property
    def curve(self) -> RiskCoverage:
        """Risk–coverage curve on the held-out half."""
        return self.basis.curve

    @property
    def cost(self) -> ExpectedCost | None:
        """Expected cost of an image on the held-out half, of a rule that minimises it."""
        if not isinstance(self.rule, MinimiseCost):
            return None
        cost = self.rule.cost(self.threshold, self.basis.report)
        return ExpectedCost(cost, cost_interval(self.rule, self.threshold, self.basis.report))


def basis(
    explorer: Explorer,
    snapshot: Snapshot,
    ood: Sequence[str],
    *,
    ood_share: float = 0.0,
    by_confidence: bool = False,
) -> Basis:
    """Return the scores of a position, in halves, with their risk–coverage curve.

    Args:
        explorer: The prepared experiment, for the labels.
        snapshot: The position.
        ood: Keys of the OOD sets to choose and judge with.
        ood_share: Share of OOD in the traffic of the risk–coverage curve.
        by_confidence: Score by the maximum softmax probability (MSP), as log-odds, instead of the energy.

    Returns:
        What any rule can be applied to.

    Raises:
        InvalidDataError: If the ID test set has a single image, or a score is NaN or infinite.
    """

    def scored(output: HeadOutput) -> HeadOutput:
        return output.by_confidence() if by_confidence else output

    labels = explorer.prepared.id_test.labels.numpy()
    outputs = {key: scored(snapshot.ood[key]) for key in ood}
    roles, on_id = explorer.prepared.roles, scored(snapshot.id_test)
    tune, report = (sample_of(on_id, labels, outputs, half, roles) for half in Half)
    titles, curve = explorer.prepared.experiment.titles, risk_coverage(report, ood_share=ood_share)
    return Basis(tune, report, ood_share, curve, titles, by_confidence)


def plan_on(scores: Basis, rule: Rule) -> Plan:
    """Choose a threshold on the tune half, and evaluate it on the other.

    Raises:
        InvalidDataError: If the rule limits a set that the scores lack.
        ImpossiblePromiseError: If the tune half cannot promise what the rule wants.
    """

    def outcome_of(each: Rule) -> Outcome:
        return outcome(steady(choose_threshold(each, scores.tune), scores.tune), scores.report)

    chosen, promise = outcome_of(rule), promise_of(rule, scores.tune, scores.titles)
    plain = as_measured(rule) if promise else None
    return Plan(rule, scores, chosen, promise, None if plain is None else outcome_of(plain))


def plan(
    explorer: Explorer,
    snapshot: Snapshot,
    ood: Sequence[str],
    rule: Rule,
    *,
    ood_share: float = 0.0,
    by_confidence: bool = False,
) -> Plan:
    """Apply `plan_on` to the `basis` of a position; the arguments are theirs."""
    return plan_on(basis(explorer, snapshot, ood, ood_share=ood_share, by_confidence=by_confidence), rule)
