"""What was seen of a stream, in words."""

from opnp.monitor.course import BEYOND
from opnp.monitor.looks import FALSE_ALARMS, FEWEST, Sign
from opnp.monitor.traffic import Monitored
from opnp.reports.percent import percent

NAMES = {
    Sign.REJECTED: "Share rejected",
    Sign.SCORES: "Distribution of scores",
    Sign.CLASSES: "Mix of classes",
}

PROMISE = (
    f"The chance of any false alarm is at most {100 * FALSE_ALARMS:g} %, however long it is watched, as long "
    "as the images are of the kind of the held-out ID images, one independent of the other."
)

LIMITS = f"Outside the band lies one point in {round(1 / BEYOND):,} by chance; that alone is no alarm."


def verdict(seen: Monitored) -> str:
    """Return whether the images are still those that the detector was made for.

    An alarm of fewer rejections, or of another mix of classes, is one too.
    """
    if not seen.any_tested:
        return f"Too few to test: {seen.images:,} images; it takes at least {min(FEWEST.values()):,}."
    if not seen.alarms:
        return f"Quiet: {seen.images:,} images, nothing beyond chance."
    first = min(alarm.image for alarm in seen.alarms.values())
    return f"Alarm: from image {first:,} on it is beyond chance that these are the images it was made for."


def counts(seen: Monitored, source: str) -> str:
    """Return how many images were seen and rejected.

    Args:
        seen: What was seen.
        source: Title of the ID test set that it is compared with.
    """
    baseline = seen.baseline
    skipped = f" {seen.skipped:,} files were no image." if seen.skipped else ""
    return (
        f"{seen.images:,} images, {seen.total.rejected:,} of them rejected: {percent(seen.rate)} %. "
        f"Of {baseline.images:,} held-out images of {source}: {percent(baseline.rate)} %.{skipped}"
    )


def state(seen: Monitored, sign: Sign) -> str:
    """Return whether a sign is quiet or an alarm, or how many images it takes to be tested."""
    if not seen.tested(sign):
        return f"not tested yet: it takes at least {FEWEST[sign]:,} images"
    return f"alarm at image {seen.alarms[sign].image:,}" if sign in seen.alarms else "quiet"


def detail(seen: Monitored, sign: Sign) -> str:
    """Return how a sign stands: that of the alarm's window where there is one, of all images else.

    How far scores have moved is that of all images.
    """
    baseline, alarm = seen.baseline, seen.alarms.get(sign)
    window = seen.total if alarm is None else alarm.window
    of = f"of {window.count:,} images"
    if sign is Sign.REJECTED:
        return f"{percent(window.rejected / window.count)} % {of}; of ID images {percent(baseline.rate)} %"
    if sign is Sign.SCORES:
        where = "" if alarm is None else "in all: "
        return f"{where}{seen.shift}: by {seen.shift.wasserstein:.2f} of the ID scores' interquartile range"
    number = seen.moved_class if alarm is None or alarm.look.number is None else alarm.look.number
    known, now = baseline.classes[number] / baseline.images, float(window.classes[number]) / window.count
    return f"{baseline.class_names[number]}: {percent(now)} % {of}; of ID images {percent(known)} %"
