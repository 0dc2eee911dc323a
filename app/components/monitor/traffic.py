"""Traffic simulated from an experiment's own sets."""

from dataclasses import dataclass

import numpy as np

from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.metrics import tpr_threshold
from opnp.monitor.baseline import Baseline
from opnp.monitor.expected import images_until_alarm, mixed_rate
from opnp.monitor.scored import ScoredBatch
from opnp.monitor.simulate import Pool, mixture
from opnp.monitor.traffic import Monitored, watched_stream
from opnp.monitor.watch import Watch
from opnp.scoring.head_output import HeadOutput

STREAMS = 11
SHORTEST, LONGEST = 2_000, 10_000
_STEP = 400


@dataclass(frozen=True)
class Simulated:
    """What became of it.

    Attributes:
        predicted: Images until the alarm by the share rejected, None if it does not come.
        rejected: Share of the OOD set that is rejected.
        noticed: (`STREAMS`,) image at which each stream's first alarm came, ascending; None, at the end, if
            none came in `LONGEST` images.
        seen: What the monitor saw of the stream in their middle.
    """

    predicted: int | None
    rejected: float
    noticed: list[int | None]
    seen: Monitored


def simulate(explorer: Explorer, snapshot: Snapshot, ood: str, share: float) -> Simulated:
    """Watch streams of ID images with a share of an OOD set.

    The baseline is the held-out half of ID, rejected by the threshold that accepts 95 % of the other half.
    ID images of the streams are drawn from the baseline itself, so that false alarms are rarer than promised;
    OOD images are drawn from the set's report half. The same draws serve every share.

    Args:
        explorer: The prepared experiment.
        snapshot: What its model says.
        ood: Key of the OOD set.
        share: Of it in the traffic, in [0, 1].
    """
    prepared, output = explorer.prepared, snapshot.id_test
    names = tuple(prepared.classifier.class_names)
    threshold = tpr_threshold(output.scores[prepared.id_rows(Half.TUNE)])
    known = _pool(output, prepared.id_rows(Half.REPORT))
    strange = _pool(snapshot.ood[ood], prepared.rows_in(ood, Half.REPORT))
    baseline, rejected = known.baseline(names, threshold), strange.rejected(threshold)
    streams = [
        mixture(known, strange, share, LONGEST, np.random.default_rng(seed)) for seed in range(STREAMS)
    ]
    alarms = [_first_alarm(stream, baseline) for stream in streams]
    order = sorted(range(STREAMS), key=lambda place: alarms[place] or np.inf)
    middle = order[STREAMS // 2]
    length = int(np.clip(2 * (alarms[middle] or LONGEST), SHORTEST, LONGEST))
    return Simulated(
        images_until_alarm(baseline, mixed_rate(baseline, share, rejected)),
        rejected,
        [alarms[place] for place in order],
        _watched(streams[middle], length, baseline),
    )


def _first_alarm(stream: Pool, baseline: Baseline) -> int | None:
    watch = Watch(baseline)
    for start in range(0, LONGEST, _STEP):
        watch.add(stream.scores[start : start + _STEP], stream.classes[start : start + _STEP])
        if watch.alarms:
            return min(alarm.image for alarm in watch.alarms.values())
    return None


def _watched(stream: Pool, length: int, baseline: Baseline) -> Monitored:
    classes = [baseline.class_names[number] for number in stream.classes[:length]]
    return watched_stream([ScoredBatch(stream.scores[:length], classes, [""] * length)], baseline)


def _pool(output: HeadOutput, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Pool:
    return Pool(output.scores.double().numpy()[places], output.predicted.numpy()[places])
