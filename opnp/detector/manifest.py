"""Manifest of a detector, and the check of one from an untrusted file."""

import math
from dataclasses import dataclass
from typing import Any

from opnp.detector.archive import refused
from opnp.reports.metric_table import DIRECTION

FORMAT = "opnp detector"
VERSION = 1
CLASS_THRESHOLDS = "class_thresholds"
"""Key of the thresholds of the classes; absent where all share the one."""
SCORE = {"name": "energy", "temperature": 1.0, "direction": DIRECTION}

_TYPES: dict[str, type] = {
    "threshold": float,
    "classes": list,
    "model": str,
    "transform": str,
    "experiment": str,
    "title": str,
    "date": str,
    "pruning": dict,
    "realised": dict,
    "rule": dict,
    "ood": list,
    "images": dict,
    "versions": dict,
    "metrics": dict,
}

_NO_PROMISE = {"statement": "", "confidence": 0.0, "images": {}}
"""Of a threshold as measured, and of files from before there were promises."""


@dataclass(frozen=True)
class DetectorManifest:
    """A checked manifest.

    Attributes:
        values: All of it, in plain values.
    """

    values: dict[str, Any]

    def __post_init__(self) -> None:
        if self.values.get("format") != FORMAT:
            raise refused(f"its manifest does not say {FORMAT!r}")
        if self.values.get("version") != VERSION:
            raise refused(
                f"it is of version {str(self.values.get('version'))[:20]} and this program reads {VERSION}"
            )
        if self.values.get("score") != SCORE:
            raise refused("its score is not the energy at temperature 1")
        for name, kind in _TYPES.items():
            if not isinstance(self.values.get(name), kind):
                raise refused(f"{name!r} in its manifest is missing or of another kind")
        if not _is_promise(self.values.get("promise", _NO_PROMISE)):
            raise refused("its promise is none")
        if not math.isfinite(self.threshold):
            raise refused("its threshold is not finite")
        if not all(isinstance(name, str) for name in self.values["classes"]):
            raise refused("a class in its manifest has no name")
        if CLASS_THRESHOLDS in self.values:
            reason = not_thresholds(self.values[CLASS_THRESHOLDS], len(self.values["classes"]))
            if reason:
                raise refused(reason)

    @property
    def promise(self) -> str:
        """What its threshold promises of images to come, in words; empty if nothing."""
        return str(self.values.get("promise", _NO_PROMISE)["statement"])

    @property
    def threshold(self) -> float:
        """Score from which on an image is accepted."""
        return float(self.values["threshold"])

    @property
    def class_thresholds(self) -> tuple[float, ...] | None:
        """Threshold of each class in the order of the logits; None where all share the one."""
        own = self.values.get(CLASS_THRESHOLDS)
        return None if own is None else tuple(own)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Threshold that judges an image put in each class, in the order of the logits."""
        return self.class_thresholds or (self.threshold,) * len(self.class_names)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names in the order of the logits."""
        return tuple(self.values["classes"])

    @property
    def experiment(self) -> str:
        """Key of the experiment that has the model."""
        return str(self.values["experiment"])

    @property
    def title(self) -> str:
        """Title with its experiment and the day it was made."""
        return f"Detector of {self.values['date'][:10]} for {self.values['title']}"


def not_thresholds(values: object, classes: int) -> str:
    """Return why a value from a file is not the thresholds of so many classes; empty if it is.

    Example:
        >>> not_thresholds([1.5, 2.5], 2), not_thresholds([1.5], 2)
        ('', 'it has 2 classes and thresholds for 1')
    """
    if not isinstance(values, list) or not all(type(v) is float and math.isfinite(v) for v in values):
        return "its thresholds of the classes are not a list of finite numbers"
    return "" if len(values) == classes else f"it has {classes} classes and thresholds for {len(values)}"


def _is_promise(value: object) -> bool:
    match value:
        case {"statement": str(), "confidence": float(confidence), "images": dict(images)}:
            return 0 <= confidence < 1 and all(type(count) is int and count > 0 for count in images.values())
        case _:
            return False
