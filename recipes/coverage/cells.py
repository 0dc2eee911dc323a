"""What is simulated: distributions whose true figures are known, and the samples drawn from them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtri

from opnp.evaluation.intervals import (
    Interval,
    ece_interval,
    fpr95_interval,
    ranking_intervals,
)
from opnp.metrics import FloatArray, aupr, auroc, reliability
from opnp.threshold.coverage import risk_coverage
from opnp.threshold.rules import AcceptId
from opnp.threshold.sample import ScoredSample
from opnp.threshold.stability import threshold_spread
from recipes.coverage.former import bootstrap_fpr95, delong_auroc

Draw = Callable[[np.random.Generator], Mapping[str, "Found"]]
Curve = Callable[[FloatArray], FloatArray]
RULE = "ID accepted by a rule"
MANY = 100_000
"""Evenly spread points that stand for a whole population."""

TAU = float(ndtri(0.05))


class Found(NamedTuple):
    """The interval of a sample, and the textbook's where it is compared."""

    ours: Interval
    former: Interval | None = None


@dataclass(frozen=True)
class Cell:
    """Samples of one distribution and size: a line of the table for each figure.

    Attributes:
        scores: How they are distributed.
        size: Of the samples.
        truths: The figures of the population, by name.
        draw: Draws a sample and returns the intervals, by the same names.
        work: Part of the draws to make, for what takes long.
    """

    scores: str
    size: str
    truths: Mapping[str, float]
    draw: Draw
    work: float = 1.0


def cells() -> Iterator[Cell]:
    """Yield all lines but those of plain shares, which are counted instead of drawn."""
    yield from fpr_cells()
    yield from ranking_cells()
    yield from ece_cells()
    yield from aurc_cells()
    yield from accepted_cells()


def even(count: int) -> FloatArray:
    """Return the middles of so many equal parts of [0, 1]."""
    return (np.arange(count) + 0.5) / count


# FPR95: normal ID scores; OOD scores normal, or far away but for a share that lies above all ID


def fpr_cells() -> Iterator[Cell]:
    """Yield FPR95 of one set, and averages over sets."""
    sizes = ((100, 100), (500, 300), (4000, 1000), (10_000, 5000))
    for kind in ("normal", "outliers", "rounded"):
        for truth in (0.0004, 0.0053, 0.05, 0.5, 0.95, 0.999):
            for n, m in sizes:
                if (kind == "normal" or truth in (0.0053, 0.5)) and (kind != "rounded" or n < 10_000):
                    yield fpr_cell(kind, n, [m], [truth])
    yield fpr_cell("normal", 1000, [500] * 5, [0.0005] * 5)
    yield fpr_cell("normal", 1000, [500] * 5, [0.001, 0.01, 0.1, 0.3, 0.6])
    yield fpr_cell("normal", 2000, [1000, 300, 100], [0.001, 0.01, 0.001])
    yield fpr_cell("normal", 10_000, [5000] * 5, [0.9, 0.95, 0.99, 0.999, 1.0 - 1e-9])


def fpr_cell(kind: str, n: int, sizes: list[int], rates: list[float]) -> Cell:
    """Return the cell of OOD sets with those FPR95."""
    step = 0.25 if kind == "rounded" else 0.0

    def known(u: FloatArray) -> FloatArray:
        return _rounded(ndtri(u), step)

    def unknown(u: FloatArray, rate: float) -> FloatArray:
        if kind == "outliers":
            return np.where(u < rate, 9.0 + u, -9.0 + u)
        return _rounded(ndtri(u) + TAU + ndtri(rate), step)

    tau = np.sort(known(even(MANY)))[int(0.05 * MANY)]
    truth = float(np.mean([np.mean(unknown(even(MANY), rate) >= tau) for rate in rates]))
    truth = truth if step else float(np.mean(rates))

    name = "FPR95" if len(sizes) == 1 else "FPR95, average"

    def draw(rng: np.random.Generator) -> Mapping[str, Found]:
        id_scores = known(rng.random(n))
        ood = [unknown(rng.random(m), rate) for m, rate in zip(sizes, rates, strict=True)]
        return {name: Found(fpr95_interval(id_scores, ood), bootstrap_fpr95(id_scores, ood))}

    words = f"{n:,} + " + (
        f"{len(sizes)} × {sizes[0]:,}"
        if len({*sizes}) == 1 < len(sizes)
        else ", ".join(f"{m:,}" for m in sizes)
    )
    return Cell(kind, words, {name: truth}, draw)


def _rounded(scores: FloatArray, step: float) -> FloatArray:
    return np.round(scores / step) * step if step else scores


# AUROC and AUPR: normal ID scores; OOD normal, three times as wide, outliers above all ID, or rounded


def ranking_cells() -> Iterator[Cell]:
    """Yield AUROC and both AUPR."""
    for kind, values in (
        ("normal", (0.3, 0.5, 0.9, 0.99, 0.9999)),
        ("wide", (0.99,)),
        ("outliers", (0.99, 0.999)),
        ("rounded", (0.99,)),
    ):
        for value in values:
            for n, m in ((100, 100), (2000, 300), (10_000, 5000)):
                yield _ranking(kind, value, n, m)


def _ranking(kind: str, value: float, n: int, m: int) -> Cell:
    step, wide = (0.5 if kind == "rounded" else 0.0), (3.0 if kind == "wide" else 1.0)

    def known(u: FloatArray) -> FloatArray:
        return _rounded(ndtri(u), step)

    def unknown(u: FloatArray) -> FloatArray:
        if kind == "outliers":
            return np.where(u < 1 - value, 20.0 + u, -20.0 + u)
        return _rounded(wide * ndtri(u) - np.sqrt(1 + wide**2) * ndtri(value), step)

    all_id = known(even(MANY))
    all_ood = unknown(even(MANY * m // n))

    aupr_id, aupr_ood = aupr(all_id, all_ood), aupr(-all_ood, -all_id)
    truths = {"AUROC": auroc(all_id, all_ood), "AUPR, ID positive": aupr_id, "AUPR, OOD positive": aupr_ood}

    def draw(rng: np.random.Generator) -> Mapping[str, Found]:
        id_scores, ood = known(rng.random(n)), [unknown(rng.random(m))]
        found = ranking_intervals(id_scores, ood)
        first = Found(found.auroc, delong_auroc(id_scores, ood))
        intervals = first, Found(found.aupr_id), Found(found.aupr_ood)
        return dict(zip(truths, intervals, strict=True))

    return Cell(kind, f"{n:,} + {m:,}", truths, draw, 0.5 if n == 10_000 else 1.0)


# ECE: confidences near 1 ("sure") or spread; right as often as said, less often, or at a lower temperature


def ece_cells() -> Iterator[Cell]:
    """Yield ECE."""
    confidences: dict[str, Curve] = {
        "sure": lambda u: 1 - 0.5 * u**4,
        "spread": lambda u: 0.2 + 0.79 * np.sqrt(u),
    }
    accuracies: dict[str, Curve] = {
        "calibrated": lambda confidence: confidence + 0.0,
        "2 points overconfident": lambda confidence: confidence - 0.02,
        "10 points overconfident": lambda confidence: confidence - 0.1,
        "temperature 1.4": lambda confidence: expit(logit(np.minimum(confidence, 1 - 1e-9)) / 1.4),
        "never wrong": lambda confidence: 0 * confidence + 1,
        "always wrong": lambda confidence: 0 * confidence,
    }
    for confident, of_confidence in confidences.items():
        for kind, of_accuracy in accuracies.items():
            for n in (100, 1000, 10_000):
                yield _ece(f"{confident}, {kind}", of_confidence, of_accuracy, n)


def _ece(
    words: str,
    of_confidence: Curve,
    of_accuracy: Curve,
    n: int,
) -> Cell:
    everything = of_confidence(even(10 * MANY))
    bins = np.searchsorted(np.arange(1, 15) / 15, everything, side="left")
    truth = np.abs(np.bincount(bins, of_accuracy(everything) - everything)).sum() / everything.size

    def draw(rng: np.random.Generator) -> Mapping[str, Found]:
        confidence = of_confidence(rng.random(n))
        correct = rng.random(n) < of_accuracy(confidence)
        return {"ECE": Found(ece_interval(reliability(confidence, correct)))}

    return Cell(words, f"{n:,}", {"ECE": float(truth)}, draw, 0.5)


# AURC: errors at any score or rather at low ones, with and without OOD in the traffic


def aurc_cells() -> Iterator[Cell]:
    """Yield AURC."""
    for kind, errors, share in (
        ("errors anywhere", 0.001, 0.0),
        ("errors anywhere", 0.3, 0.0),
        ("errors at low scores", 0.01, 0.0),
        ("errors at low scores", 0.08, 0.0),
        ("all wrong", 1.0, 0.0),
        ("errors at low scores, 10 % far OOD", 0.08, 0.1),
        ("errors at low scores, 50 % near OOD", 0.08, 0.5),
    ):
        for n in (100, 1000, 10_000):
            yield _aurc(kind, errors, share, n)


def _aurc(kind: str, errors: float, share: float, n: int) -> Cell:
    shift = 3.0 if "far" in kind else 1.0

    def risk(u: FloatArray) -> FloatArray:
        return np.clip(6 * errors * (1 - u) ** 5, 0, 1) if "low" in kind else np.full_like(u, errors)

    def sample(u: FloatArray, right: FloatArray, v: FloatArray) -> ScoredSample:
        return ScoredSample(ndtri(u), right, {"ood": ndtri(v) - shift} if share else {})

    rng = np.random.default_rng(0)
    big = even(10 * MANY)
    truth = risk_coverage(sample(big, rng.random(big.size) >= risk(big), even(MANY)), ood_share=share).area

    def draw(rng: np.random.Generator) -> Mapping[str, Found]:
        u = rng.random(n)
        drawn = sample(u, rng.random(n) >= risk(u), rng.random(max(n // 2, 1)))
        return {"AURC": Found(risk_coverage(drawn, ood_share=share).interval)}

    return Cell(kind, f"{n:,}", {"AURC": truth}, draw, 0.5)


# The share of ID that a rule accepts, its threshold chosen on as many other images


def accepted_cells() -> Iterator[Cell]:
    """Yield accepted shares of a rule."""
    for share in (0.5, 0.95, 0.99):
        for n in (100, 500, 2000):
            yield _accepted(share, n)


def _accepted(share: float, n: int) -> Cell:
    def draw(rng: np.random.Generator) -> Mapping[str, Found]:
        tune, report = (ScoredSample(rng.normal(size=n), np.ones(n, dtype=bool), {}) for _ in range(2))
        spread = threshold_spread(AcceptId(share), tune, report)
        accepted = 1 - np.searchsorted(np.sort(report.id_scores), spread.thresholds) / n
        former = Interval(*map(float, np.percentile(accepted, [2.5, 97.5])))
        return {RULE: Found(spread.id_accepted, former)}

    return Cell("normal", f"{n:,} + {n:,}", {RULE: share}, draw, 0.25)
