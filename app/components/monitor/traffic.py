"""Traffic simulated from an experiment's own sets."""

from dataclasses import dataclass

import numpy as np

from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.metrics import tpr_threshold
from opnp.monitor.expected import images_until_alarm, mixed_rate
from opnp.monitor.scored import ScoredBatch
from opnp.monitor.simulate import Pool, mixture
from opnp.monitor.traffic import Monitored, watched_stream
from opnp.scoring.head_output import HeadOutput

SHORTEST, LONGEST = 2_000, 10_000
_SEED = 7


@dataclass(frozen=True)
class Simulated:
    """What became of it.

    Attributes:
        predicted: Images until the alarm, None if it does not come.
        rejected: Share of the OOD set that is rejected.
        seen: What the monitor saw of one stream.
    """

    predicted: int | None
    rejected: float
    seen: Monitored


def simulate(explorer: Explorer, snapshot: Snapshot, ood: str, share: float) -> Simulated:
    """Watch a stream of ID images with a share of an OOD set.

    The baseline is the held-out half of ID, rejected by the threshold that accepts 95 % of the other half.
    ID images of the stream are drawn from the baseline itself, so that false alarms are rarer than promised;
    OOD images are drawn from the set's report half.

    Args:
        explorer: The prepared experiment.
        snapshot: What its model says.
        ood: Key of the OOD set.
        share: Of it in the traffic, in [0, 1].
    """
    prepared, output = explorer.prepared, snapshot.id_test
    names, threshold = (
        prepared.classifier.class_names,
        tpr_threshold(output.scores[prepared.id_rows(Half.TUNE)]),
    )
    known = _pool(output, prepared.id_rows(Half.REPORT))
    strange = _pool(snapshot.ood[ood], prepared.rows_in(ood, Half.REPORT))
    baseline, rejected = known.baseline(tuple(names), threshold), strange.rejected(threshold)
    predicted = images_until_alarm(baseline, mixed_rate(baseline, share, rejected))
    length = int(np.clip(2 * (predicted or LONGEST), SHORTEST, LONGEST))
    traffic = mixture(known, strange, share, length, np.random.default_rng(_SEED))
    classes = [names[number] for number in traffic.classes]
    seen = watched_stream([ScoredBatch(traffic.scores, classes, [""] * length)], baseline)
    return Simulated(predicted, rejected, seen)


def _pool(output: HeadOutput, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Pool:
    return Pool(output.scores.double().numpy()[places], output.predicted.numpy()[places])
