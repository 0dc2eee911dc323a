"""What was seen of a stream, in the text format that Prometheus scrapes.

Reference:
    https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from opnp.monitor.looks import Sign
from opnp.monitor.traffic import Monitored

_BASELINE = "Share of ID images that is rejected."
_SKIPPED = "Files that were no image."
_SHIFT = "Mean score minus that of ID images, in their interquartile ranges; below 0 is less familiar."
_DISTANCE = "Wasserstein distance of the scores to those of ID images, in their interquartile ranges."


def exposition(seen: Monitored, detector: str) -> str:
    """Return the metrics, each with its help and type.

    Args:
        seen: What was seen.
        detector: Title, the label of every metric.
    """
    own = f'detector="{_label(detector)}"'
    at = {sign: seen.alarms[sign].image if sign in seen.alarms else 0 for sign in Sign}
    metrics: list[tuple[str, str, str, dict[str, float]]] = [
        ("images_total", "counter", "Images that were watched.", {own: seen.images}),
        ("rejected_total", "counter", "Images that were rejected.", {own: seen.total.rejected}),
        ("skipped_total", "counter", _SKIPPED, {own: seen.skipped}),
        (
            "baseline_rejection_rate",
            "gauge",
            "Share of ID images that is rejected.",
            {own: seen.baseline.rate},
        ),
        ("alarm", "gauge", "1 where a sign was beyond chance.", _by_sign(own, {s: at[s] > 0 for s in Sign})),
        ("alarm_image", "gauge", "Image at which it was noticed; 0 if it was not.", _by_sign(own, at)),
        ("score_shift", "gauge", _SHIFT, {own: seen.shift.mean}),
        ("score_distance", "gauge", _DISTANCE, {own: seen.shift.wasserstein}),
    ]
    lines = []
    for name, kind, meaning, values in metrics:
        lines += [f"# HELP opnp_monitor_{name} {meaning}", f"# TYPE opnp_monitor_{name} {kind}"]
        lines += [f"opnp_monitor_{name}{{{labels}}} {float(value)!r}" for labels, value in values.items()]
    return "\n".join([*lines, ""])


def _by_sign(own: str, values: dict[Sign, int] | dict[Sign, bool]) -> dict[str, float]:
    return {f'{own},sign="{sign}"': value for sign, value in values.items()}


def _label(text: str) -> str:
    r"""Return the value of a label.

    Example:
        >>> print(_label('a "b"'))
        a \"b\"
    """
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
