"""A threshold rule on an experiment: chosen on the tune halves, evaluated on the held-out ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.scoring.head_output import HeadOutput
from opnp.threshold.coverage import RiskCoverage, risk_coverage
from opnp.threshold.outcome import Outcome, outcome
from opnp.threshold.rules import Rule, choose_threshold, steady
from opnp.threshold.sample import ScoredSample, sample_of


@dataclass(frozen=True)
class Basis:
    """Input of a rule: everything about one way of scoring that does not depend on the threshold.

    Attributes:
        tune: The half that chooses.
        report: The half that tells.
        ood_share: Share of OOD in the traffic of the risk–coverage curve.
        curve: That curve on the held-out half.
        by_confidence: Whether the scores are log-odds of the maximum softmax probability.
    """

    tune: ScoredSample
    report: ScoredSample
    ood_share: float
    curve: RiskCoverage
    by_confidence: bool = False


@dataclass(frozen=True)
class Plan:
    """Expected behaviour of one way of scoring in production.

    Attributes:
        rule: How its threshold is chosen.
        basis: What it is chosen and judged on.
        outcome: What the threshold does on the held-out half.
    """

    rule: Rule
    basis: Basis
    outcome: Outcome

    @property
    def threshold(self) -> float:
        """Chosen threshold."""
        return self.outcome.threshold

    @property
    def curve(self) -> RiskCoverage:
        """Risk–coverage curve on the held-out half."""
        return self.basis.curve


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
    curve = risk_coverage(report, ood_share=ood_share)
    return Basis(tune, report, ood_share, curve, by_confidence)


def plan_on(scores: Basis, rule: Rule) -> Plan:
    """Choose a threshold on the tune half, and evaluate it on the other.

    Raises:
        InvalidDataError: If the rule limits a set that the scores lack.
    """
    threshold = steady(choose_threshold(rule, scores.tune), scores.tune)
    return Plan(rule, scores, outcome(threshold, scores.report))


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
