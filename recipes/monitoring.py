"""Print monitor.md's table: `python -m recipes.monitoring`.

False alarms: 20 runs of 100 000 ID images of the embedded experiment; baseline and stream are drawn anew for
each run, with replacement, from its ID test set. Mixtures: 200 runs for each OOD set, until the number of
images that is predicted; once drawn from the held-out halves, whose ID one is the baseline, and once with a
baseline drawn anew.
"""

from collections.abc import Iterator

import numpy as np

from opnp.config import Pruning
from opnp.evaluation.splits import Half, half_of, role_of
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer, Snapshot
from opnp.metrics import tpr_threshold
from opnp.monitor.baseline import Baseline
from opnp.monitor.expected import images_until_alarm, mixed_rate
from opnp.monitor.simulate import Pool, mixture
from opnp.monitor.watch import Watch
from opnp.prepare import prepare
from opnp.scoring.head_output import HeadOutput
from opnp.store import Store

RUNS, MIXTURES = 20, 200
LONG, SHARE = 100_000, 0.05
WINDOWS = Pruning(neurons=(30, 100))


def main() -> None:
    """Print both tables."""
    with Store() as store:
        explorer = Explorer(prepare(load_experiment("fashion"), store))
    snapshot = explorer.at(WINDOWS)
    everything = pool_of(snapshot.id_test, np.arange(len(snapshot.id_test.scores)))
    held_out = pool_of(snapshot.id_test, half_of(everything.scores.size, Half.REPORT))
    chosen = half_of(everything.scores.size, Half.TUNE)
    threshold = tpr_threshold(snapshot.id_test.scores[chosen])
    names = tuple(explorer.prepared.classifier.class_names)
    alarms = 0
    for seed in range(RUNS):
        rng = np.random.default_rng([1, seed])
        known = everything.drawn(held_out.scores.size, rng).baseline(names, threshold)
        alarms += first_alarm(known, everything.drawn(LONG, rng), ends=True) is not None
    print(f"{RUNS} runs of {LONG:,} ID images: {alarms} with an alarm\n", flush=True)
    print(
        "| OOD set | rejected | predicted | noticed in time | noticed at, median (latest) | baseline anew |"
    )
    print("|---|---|---|---|---|---|")
    for number, (title, strange) in enumerate(ood_pools(explorer, snapshot)):
        known = held_out.baseline(names, threshold)
        rate = strange.rejected(threshold)
        predicted = images_until_alarm(known, mixed_rate(known, SHARE, rate))
        if predicted is None:
            print(f"| {title} | {100 * rate:.1f} % | – | | | |")
            continue
        seeds = [np.random.default_rng([2, number, seed]) for seed in range(MIXTURES)]
        noticed = [first_alarm(known, mixture(held_out, strange, SHARE, predicted, rng)) for rng in seeds]
        seen = [image for image in noticed if image is not None]
        places = f"{int(np.median(seen)):,} ({max(seen):,})" if seen else "–"
        anew = sum(
            in_time(everything, strange, held_out.scores.size, names, threshold, [3, number, seed])
            for seed in range(MIXTURES)
        )
        in_all = f"{len(seen)} of {MIXTURES}"
        print(
            f"| {title} | {100 * rate:.1f} % | {predicted:,} | {in_all} | {places} | {anew} of {MIXTURES} |",
            flush=True,
        )


def ood_pools(explorer: Explorer, snapshot: Snapshot) -> Iterator[tuple[str, Pool]]:
    """Yield each OOD set's title and its images under the head."""
    for images in explorer.prepared.experiment.ood:
        output = snapshot.ood[images.key]
        held_out = half_of(len(output.scores), Half.REPORT, role_of(images.key, explorer.prepared.roles))
        yield images.title, pool_of(output, held_out)


def pool_of(output: HeadOutput, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Pool:
    """Return some of a set's images."""
    return Pool(output.scores.double().numpy()[places], output.predicted.numpy()[places])


def in_time(
    everything: Pool, strange: Pool, size: int, names: tuple[str, ...], threshold: float, seed: list[int]
) -> bool:
    """Return whether a mixture is noticed in the number that a baseline drawn anew predicts."""
    rng = np.random.default_rng(seed)
    known = everything.drawn(size, rng).baseline(names, threshold)
    predicted = images_until_alarm(known, mixed_rate(known, SHARE, strange.rejected(threshold)))
    if predicted is None:
        return False
    return first_alarm(known, mixture(everything, strange, SHARE, predicted, rng)) is not None


def first_alarm(known: Baseline, traffic: Pool, *, ends: bool = False) -> int | None:
    """Return the image at which a stream raises its first alarm; of one that ends, at its end too."""
    watch = Watch(known)
    watch.add(traffic.scores, traffic.classes)
    if ends:
        watch.finish()
    return min((alarm.image for alarm in watch.alarms.values()), default=None)


if __name__ == "__main__":
    main()
