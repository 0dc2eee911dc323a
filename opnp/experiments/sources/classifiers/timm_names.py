"""Names of the classes of timm's published models: those in their settings, or ImageNet's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any


def published_names(config: Mapping[str, Any], *, imagenet: bool) -> tuple[str, ...] | None:
    """Return the names of a model's classes, in the order of its logits; None where nobody wrote them down.

    Args:
        config: A model's `pretrained_cfg`.
        imagenet: Whether the model is timm's own, so that the number of classes tells a part of ImageNet.
    """
    from timm.data import ImageNetInfo, infer_imagenet_subset

    labels, count = config.get("label_names"), config.get("num_classes")
    if labels:
        words = config.get("label_descriptions") or {}
        return distinct([str(label) for label in labels], [str(words.get(label, label)) for label in labels])
    subset = infer_imagenet_subset(dict(config)) if imagenet else None
    if subset is None:
        return None
    info = ImageNetInfo(subset)
    names = distinct(info.label_names(), info.label_descriptions())
    return names if len(names) == count else None


def distinct(labels: Sequence[str], words: Sequence[str]) -> tuple[str, ...]:
    """Return the first word for each class; all its words, then also its label, where others have the same.

    Example:
        >>> distinct(["n1", "n2", "n3"], ["hen", "crane, bird", "crane, machine"])
        ('hen', 'crane, bird', 'crane, machine')
        >>> distinct(["n1", "n2"], ["crane", "crane"])
        ('crane (n1)', 'crane (n2)')
    """
    first = [entry.partition(",")[0].strip() for entry in words]
    firsts, alls = Counter(first), Counter(words)
    return tuple(
        short if firsts[short] == 1 else entry if alls[entry] == 1 else f"{entry} ({label})"
        for short, entry, label in zip(first, words, labels, strict=True)
    )
