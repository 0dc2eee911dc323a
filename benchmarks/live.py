"""Time a slider's move, live against the plain way: mask, full product, logsumexp, scikit-learn's metrics.

python -m benchmarks.live --size imagenet

The features are synthetic: rectified normals, half of them exactly zero, the rest half-normal. The head has
normal weights and the energy's own sensitivities. The two ways take turns, so the ratios hold on a busy
machine too. The floor is what the move's bytes cost at the speed of a plain pass over memory, measured in the
same run, plus its products at the speed of the full matrix product.
"""

import argparse
from itertools import cycle
from typing import NamedTuple

import numpy as np
import torch
from sklearn.metrics import roc_auc_score, roc_curve

from benchmarks._timing import alternate, milliseconds, print_table, ratio
from opnp.config import NeuronDefinition, Pruning
from opnp.metrics import auroc, fpr95
from opnp.pruning import Heads
from opnp.scoring import LiveScorer
from opnp.scoring.head_output import HeadOutput, rescore
from opnp.scoring.incremental import IncrementalState
from opnp.scoring.tiles import into_tiles

BINS = 60


class Size(NamedTuple):
    """Samples, features, classes, and how often a move is timed."""

    in_distribution: int
    out_of_distribution: int
    width: int
    classes: int
    rounds: int


SIZES = {"cifar": Size(10_000, 60_000, 512, 10, 41), "imagenet": Size(10_000, 35_600, 2048, 1000, 9)}


class Bench:
    """Data of one size and the two ways to answer a move."""

    def __init__(self, size: Size) -> None:
        torch.manual_seed(0)
        self.size = size
        samples = size.in_distribution + size.out_of_distribution
        self.features = torch.randn(samples, size.width).relu_()
        self.weight = torch.randn(size.classes, size.width) * 2 / size.width**0.5
        self.bias = 0.1 * torch.randn(size.classes)
        known = self.features[:2000]
        likely = torch.softmax(torch.nn.functional.linear(known, self.weight, self.bias), dim=1)
        self.map = likely.T @ known.abs() / len(known)
        self.neurons = {NeuronDefinition.ACTIVATION: (likely @ self.weight).abs().mean(0)}
        strata = (size.in_distribution, size.out_of_distribution)
        self.heads = Heads(self.weight, self.map, self.neurons)
        self.scorer = LiveScorer(self.features, self.bias, self.heads, strata=strata)
        self.labels = np.repeat([1, 0], strata)
        self.known_scores = self.scorer.rescore(Pruning()).scores

    def plain_scores(self, pruning: Pruning) -> HeadOutput:
        """Mask the weight and multiply all of it."""
        return rescore(self.features, self.weight * self.heads(pruning).mask, self.bias)

    def metrics(self, scores: torch.Tensor) -> tuple[float, float]:
        """Compute AUROC, FPR95 and both histograms, ours."""
        known, unknown = scores.split(self.size[:2])
        self.histograms(scores)
        return auroc(known, unknown), fpr95(known, unknown)

    def plain_metrics(self, scores: torch.Tensor) -> tuple[float, float]:
        """Compute the same by scikit-learn."""
        self.histograms(scores)
        false_positives, true_positives, _ = roc_curve(self.labels, scores.numpy())
        at = int(np.argmax(true_positives >= 0.95))
        return float(roc_auc_score(self.labels, scores.numpy())), float(false_positives[at])

    def histograms(self, scores: torch.Tensor) -> list[np.ndarray]:
        """Compute both histograms on shared edges."""
        values = scores.numpy()
        ends = float(values.min()), float(values.max())
        return [np.histogram(part, bins=BINS, range=ends)[0] for part in np.split(values, self.size[:1])]


def moves() -> "cycle[Pruning]":
    """Return windows whose lower end goes up and down in steps of one percent."""
    return cycle(Pruning(weights=(low, 100)) for low in (10, 11, 12, 13, 14, 13, 12, 11))


def jumps() -> "cycle[Pruning]":
    """Return windows far apart from one to the next and to the one after."""
    return cycle(Pruning(weights=window) for window in ((0, 80), (40, 100), (20, 60), (70, 100), (5, 35)))


def compare(bench: Bench) -> list[list[str]]:
    """Return one row for each thing that is timed."""
    step, plain_step, sample_step = moves(), moves(), moves()
    leap, plain_leap, sample_leap = jumps(), jumps(), jumps()
    scorer, some = bench.scorer, bench.known_scores
    cases = {
        "1 % move: scores": (
            lambda: scorer.rescore(next(step)),
            lambda: bench.plain_scores(next(plain_step)),
        ),
        "metrics and histograms": (lambda: bench.metrics(some), lambda: bench.plain_metrics(some)),
        "1 % move: all of it": (
            lambda: bench.metrics(scorer.rescore(next(step)).scores),
            lambda: bench.plain_metrics(bench.plain_scores(next(plain_step)).scores),
        ),
        "1 % move: preview": (
            lambda: scorer.preview(next(sample_step)),
            lambda: bench.plain_scores(next(plain_step)),
        ),
        "large jump: preview": (
            lambda: scorer.preview(next(sample_leap)),
            lambda: bench.plain_scores(next(plain_leap)),
        ),
        "large jump: scores": (
            lambda: scorer.rescore(next(leap)),
            lambda: bench.plain_scores(next(plain_leap)),
        ),
    }
    rows = []
    for name, (ours, plain) in cases.items():
        ours()  # to the first mask of its row
        seconds = alternate({"ours": ours, "plain": plain}, rounds=bench.size.rounds)
        cells = [f"{milliseconds(seconds[way]):.1f}" for way in ("ours", "plain")]
        rows.append([name, *cells, f"{ratio(seconds['plain'], seconds['ours']):.1f}x"])
    return rows


def floor(bench: Bench) -> str:
    """Describe the floor of a 1 % move: bytes and products, each at the best speed on this machine now."""
    size = bench.size
    samples, flips = len(bench.features), size.classes * size.width // 100
    product, target = torch.empty(samples, size.classes), torch.empty_like(bench.features)
    ways = {
        "copy": lambda: target.copy_(bench.features),
        "product": lambda: torch.mm(bench.features, bench.weight.T, out=product),
    }
    seconds = alternate(ways, rounds=5)
    byte_rate = 2 * target.nbytes / min(seconds["copy"])
    product_rate = samples * size.classes * size.width / min(seconds["product"])
    touched = int((~bench.heads(Pruning(weights=(1, 100))).mask).any(0).sum())
    moved = 4 * samples * (touched + 2 * size.classes)
    by_bytes, by_products = 1e3 * moved / byte_rate, 1e3 * flips * samples / product_rate
    return (
        f"floor of a 1 % move's scores: {by_bytes + by_products:.1f} ms\n"
        f"  {by_bytes:.1f} ms to read features and read and write logits, {moved / 1e6:.0f} MB at "
        f"{byte_rate / 1e9:.1f} GB/s\n"
        f"  {by_products:.1f} ms to multiply {flips} weights by {samples} samples at "
        f"{product_rate / 1e9:.1f} G products/s"
    )


def drift(bench: Bench, *, count: int = 512, steps: int = 1000) -> str:
    """Describe the largest error of a logit against float64 after many moves, and of a float32 product."""
    features = bench.features[:count]
    position = IncrementalState(into_tiles(features), bench.weight, bench.bias)
    worst = plain = size = 0.0
    for step, pruning in zip(range(steps), moves(), strict=False):
        head = bench.heads(pruning)
        position.move(head)
        if step % 100 == 99:
            exact = features.double() @ head.weight.T.double() + bench.bias.double()
            ours = position._logits.transpose(1, 2).reshape(-1, bench.size.classes)[:count]
            product = torch.nn.functional.linear(features, head.weight, bench.bias)
            worst = max(worst, float((ours - exact).abs().max()))
            plain = max(plain, float((product - exact).abs().max()))
            size = max(size, float(exact.abs().max()))
    return (
        f"drift over {steps} moves: largest error of a logit {worst:.1e}, of a plain float32 product "
        f"{plain:.1e} (logits up to {size:.0f})"
    )


def main() -> None:
    """Print the table of one size."""
    parser = argparse.ArgumentParser(description="A slider's move, live against the plain way.")
    parser.add_argument("--size", choices=SIZES, default="cifar")
    bench = Bench(SIZES[parser.parse_args().size])
    size = bench.size
    print(
        f"{size.in_distribution} ID + {size.out_of_distribution} OOD samples, width {size.width}, "
        f"{size.classes} classes, {torch.get_num_threads()} threads, medians of {size.rounds}"
    )
    print_table(["what", "ours ms", "plain ms", "ratio"], compare(bench))
    print(floor(bench), drift(bench), sep="\n")


if __name__ == "__main__":
    main()
