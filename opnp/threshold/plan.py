"""A rule on an experiment: chosen on the tune halves, told on the held-out ones, beside what it is up to."""

from collections.abc import Sequence
from dataclasses import dataclass

from opnp.explorer import Explorer, Snapshot
from opnp.rescore import Rescored
from opnp.threshold.coverage import RiskCoverage, risk_coverage
from opnp.threshold.outcome import Outcome, outcome
from opnp.threshold.rules import Rule, choose_threshold, steady
from opnp.threshold.sample import Sample, sample_of


@dataclass(frozen=True)
class Plan:
    """What one way of scoring would do in production.

    Attributes:
        rule: How its threshold is chosen.
        tune: The half that chose it.
        report: The half that tells.
        outcome: What the threshold does on the held-out half.
        curve: Its risk–coverage curve on the held-out half.
    """

    rule: Rule
    tune: Sample
    report: Sample
    outcome: Outcome
    curve: RiskCoverage

    @property
    def threshold(self) -> float:
        """The chosen threshold."""
        return self.outcome.threshold


def plan(
    explorer: Explorer,
    snapshot: Snapshot,
    ood: Sequence[str],
    rule: Rule,
    *,
    ood_share: float = 0.0,
    by_confidence: bool = False,
) -> Plan:
    """Choose a threshold for a position and see what follows.

    Args:
        explorer: The prepared experiment, for the labels.
        snapshot: The position.
        ood: Keys of the OOD sets to choose and judge with.
        rule: What is wanted.
        ood_share: Share of OOD in the traffic of the risk–coverage curve.
        by_confidence: Score by the maximum softmax probability (MSP) instead of the energy.

    Returns:
        The threshold from the tune halves, its outcome and curve on the held-out halves.

    Raises:
        InvalidDataError: If the rule limits a set that is not among `ood`.
    """

    def scored(said: Rescored) -> Rescored:
        return said.by_confidence() if by_confidence else said

    labels = explorer.prepared.id_test.labels.numpy()
    said = {key: scored(snapshot.ood[key]) for key in ood}
    tune, report = (sample_of(scored(snapshot.id_test), labels, said, half) for half in ("tune", "report"))
    threshold = steady(choose_threshold(rule, tune), tune)
    curve = risk_coverage(report, ood_share=ood_share)
    return Plan(rule, tune, report, outcome(threshold, report), curve)
