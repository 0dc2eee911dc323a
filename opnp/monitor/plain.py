"""What was seen of a stream, in plain values for machines."""

from dataclasses import asdict
from typing import Any

from opnp.monitor.course import control_limits
from opnp.monitor.looks import FALSE_ALARMS, Sign
from opnp.monitor.traffic import Monitored


def plain(seen: Monitored) -> dict[str, Any]:
    """Return all of it but the scores, for JSON; shares are fractions."""
    baseline, total = seen.baseline, seen.total
    limits = {count: control_limits(count, baseline) for count in {point.count for point in seen.points}}
    return {
        "alarm": bool(seen.alarms),
        "images": seen.images,
        "skipped": seen.skipped,
        "rejected": total.rejected,
        "rejection_rate": seen.rate,
        "baseline": {
            "images": baseline.images,
            "rejected": baseline.rejected,
            "rejection_rate": baseline.rate,
            "threshold": baseline.threshold,
            **({} if baseline.own is None else {"class_thresholds": list(baseline.own)}),
        },
        "false_alarms": FALSE_ALARMS,
        "signs": {str(sign): _sign(seen, sign) for sign in Sign},
        "score_shift": asdict(seen.shift) | {"words": str(seen.shift)},
        "classes": {
            name: {"baseline": known / baseline.images, "seen": int(now) / seen.images}
            for name, known, now in zip(baseline.class_names, baseline.classes, total.classes, strict=True)
        },
        "moved_class": baseline.class_names[seen.moved_class],
        "course": [
            asdict(point) | dict(zip(("fewest", "most"), limits[point.count], strict=True))
            for point in seen.points
        ],
        "strangest": [asdict(stranger) for stranger in seen.strangest],
    }


def _sign(seen: Monitored, sign: Sign) -> dict[str, Any]:
    alarm = seen.alarms.get(sign)
    if alarm is None:
        return {"alarm": False, "tested": seen.tested(sign)}
    window, number = alarm.window, alarm.look.number
    return {
        "alarm": True,
        "tested": True,
        "image": alarm.image,
        "window": window.count,
        "p_value": alarm.look.p_value,
        "allowed": alarm.look.allowed,
        "rejected": window.rejected,
        "class": None if number is None else seen.baseline.class_names[number],
    }
