"""What a rule promises of images to come, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opnp.threshold.accept_and_limit import AcceptAndLimit
from opnp.threshold.accept_id import AcceptId
from opnp.threshold.by_class import ClassThresholds
from opnp.threshold.limit_ood import limited
from opnp.threshold.rules import Rule
from opnp.threshold.sample import ScoredSample
from opnp.threshold.words import listed, share_text

ID = "ID"
_MOST_NAMES = 10


@dataclass(frozen=True)
class Promise:
    """A promise about images to come that are like those it was made from.

    Attributes:
        statement: In words.
        confidence: With which all of it holds at once, in (0, 1).
        images: How many it was made from, by set; "ID" is the first, then keys of OOD sets.
    """

    statement: str
    confidence: float
    images: Mapping[str, int]


def promise_of(rule: Rule, sample: ScoredSample, titles: Mapping[str, str]) -> Promise | None:
    """Return what a rule promises of its threshold; None as measured, for costs and where nothing is limited.

    Args:
        rule: The rule.
        sample: The half that it chooses on.
        titles: Of the OOD sets, by key.

    Returns:
        The promise.

    Example:
        >>> import numpy as np
        >>> sample = ScoredSample(np.zeros(2000), np.ones(2000, dtype=bool), {})
        >>> promise_of(AcceptId(0.95, 0.99), sample, {}).statement
        'At least 95 % of ID accepted, with 99 % confidence, from 2,000 ID images'
    """
    confidence = getattr(rule, "confidence", None)
    accepts = rule.tpr if isinstance(rule, AcceptId | AcceptAndLimit) else None
    most = {} if isinstance(rule, AcceptId) else limited(getattr(rule, "most", {}))
    if confidence is None or (accepts is None and not most):
        return None
    parts = [] if accepts is None else [f"at least {share_text(accepts)} of ID accepted"]
    parts += [f"at most {_limits(most, titles)} let through"] if most else []
    images = {} if accepts is None else {ID: sample.id_scores.size}
    images |= {key: sample.ood[key].size for key in most}
    sure = f"with {share_text(confidence)} confidence"
    if len(images) > 1:
        sure = f"all at once {sure}"
    words = f"{' and '.join(parts)}, {sure}, from {_sources(images, titles)}"
    return Promise(words[0].upper() + words[1:], confidence, images)


def promise_by_class(rule: AcceptId, found: ClassThresholds, names: Sequence[str]) -> Promise | None:
    """Return what a rule promises of the classes that have a threshold of their own; None as measured.

    Args:
        rule: The rule.
        found: Their thresholds.
        names: Of all classes, in the order of the logits.
    """
    if rule.confidence is None:
        return None
    images = sum(part.images for part in found.chosen)
    promised, of = len(found.chosen), len(found.classes)
    which = "all classes" if promised == of else f"{promised:,} of {of:,} classes"
    statement = (
        f"At least {share_text(rule.tpr)} of ID put in each class accepted, in {which} at once, with "
        f"{share_text(rule.confidence)} confidence, from {images:,} ID images"
    )
    few = [names[part.label] for part in found.classes if part.threshold is None]
    if few:
        keep = "keeps" if len(few) == 1 else "keep"
        statement += f". {_some(few)} {keep} the one threshold, with too few images to be promised"
    return Promise(statement, rule.confidence, {ID: images})


def _some(names: Sequence[str]) -> str:
    left = len(names) - _MOST_NAMES
    return listed(names) if left <= 0 else f"{', '.join(names[:_MOST_NAMES])} and {left:,} more"


def _limits(most: Mapping[str, float], titles: Mapping[str, str]) -> str:
    names = {key: titles.get(key, key) for key in most}
    if len(set(most.values())) == 1:
        each = "each of " if len(most) > 1 else ""
        return f"{share_text(next(iter(most.values())))} of {each}{listed(list(names.values()))}"
    return listed([f"{share_text(share)} of {names[key]}" for key, share in most.items()])


def _sources(images: Mapping[str, int], titles: Mapping[str, str]) -> str:
    sources = [f"{images[ID]:,} ID images"] if ID in images else []
    counts = sorted(count for key, count in images.items() if key != ID)
    if len(counts) == 1:
        (key,) = (key for key in images if key != ID)
        sources += [f"{counts[0]:,} images of {titles.get(key, key)}"]
    elif counts:
        span = f"{counts[0]:,}" if counts[0] == counts[-1] else f"{counts[0]:,} to {counts[-1]:,}"
        sources += [f"{span} images of each OOD set"]
    return listed(sources)
