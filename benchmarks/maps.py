"""Time sensitivity maps against their floor (matrix products alone) and the per-sample autograd loop.

python -m benchmarks.maps [--device cuda] [--samples 50000]

The floor of the weight map is two products, the logits and P^T|Z|; that of both maps has P W as the third.
Autograd, in a loop over samples or over all at once by `torch.func.vmap`, runs on a few samples and is scaled
to all of them, since it costs the same for each.
"""

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch.func import grad, vmap
from torch.nn import functional

from benchmarks._timing import alternate, memory_beside, name_of, print_table
from opnp.devices import device_named, is_cpu
from opnp.features import StoredFeatures
from opnp.features.chunks import write_chunk
from opnp.features.manifest import ExtractionManifest, write_manifest
from opnp.features.request import Request
from opnp.sensitivity.cache import out_of_core_sums
from opnp.sensitivity.gradients import CHUNK, sensitivity_sums, weight_sensitivity

SIZES = {"CIFAR size": (50_000, 512, 10, 200), "ImageNet size": (4096, 2048, 1000, 32)}
"""Samples, features, classes, and samples of autograd."""

ROUNDS = 20


def products(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, *, third: bool) -> None:
    """Multiply the matrices alone, with probabilities that are already there."""
    probabilities = torch.rand(CHUNK, weight.shape[0], device=weight.device)
    for start in range(0, len(features), CHUNK):
        chunk = features[start : start + CHUNK]
        part = probabilities[: len(chunk)]
        functional.linear(chunk, weight, bias)
        _ = part.T @ chunk
        if third:
            _ = part @ weight


def autograd_loop(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Return the mean absolute gradient of the energy, one backward pass a sample, by definition."""
    parameter = weight.clone().requires_grad_()
    total = torch.zeros_like(weight)
    for sample in features:
        energy = -torch.logsumexp(functional.linear(sample, parameter, bias), dim=0)
        (gradient,) = torch.autograd.grad(energy, parameter)
        total += gradient.abs()
    return total / len(features)


def autograd_vmap(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Return the same with the gradients (N, C, D) of all samples in memory at once."""

    def energy(parameter: torch.Tensor, sample: torch.Tensor) -> torch.Tensor:
        return -torch.logsumexp(functional.linear(sample, parameter, bias), dim=0)

    return vmap(grad(energy), in_dims=(None, 0))(weight, features).abs().mean(dim=0)


def on_disk(folder: Path, features: torch.Tensor, name: str) -> StoredFeatures:
    """Write the features as an extraction in a number format."""
    folder.mkdir()
    count, width = features.shape
    request = Request("", "", "", count, width, name, "float32", 2048)
    for number in range(request.chunks):
        span = request.span(number)
        labels = torch.zeros(len(span), dtype=torch.int64)
        write_chunk(folder, request, number, features[span.start : span.stop].to(request.dtype), labels, [])
    rows = tuple(len(request.span(number)) for number in range(request.chunks))
    write_manifest(folder, ExtractionManifest(request, rows))
    return StoredFeatures.open(folder)


def ways(
    place: Path, features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, sample: int
) -> dict[str, Callable[[], object]]:
    """Return what is timed, the floors first and the autograd loop last."""
    single, half = (on_disk(place / name, features.cpu(), name) for name in ("float32", "float16"))
    head, some = (weight, bias), features[:sample]
    ordinary = {} if is_cpu(weight.device) else {"both maps, features in ordinary memory": features.cpu()}
    return {
        "floor: logits, P^T|Z|": lambda: products(features, *head, third=False),
        "floor and P W": lambda: products(features, *head, third=True),
        "weight map": lambda: weight_sensitivity(features, *head),
        "both maps": lambda: sensitivity_sums(features, *head),
        **{name: partial(sensitivity_sums, there, *head) for name, there in ordinary.items()},
        "both maps, float32 on disk": lambda: out_of_core_sums(single, *head),
        "both maps, float16 on disk": lambda: out_of_core_sums(half, *head),
        f"autograd, vmap ({sample} samples, scaled)": lambda: autograd_vmap(some, *head),
        f"autograd, loop ({sample} samples, scaled)": lambda: autograd_loop(some, *head),
    }


def main() -> None:
    """Print one table a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", help="where the products are made")
    parser.add_argument("--samples", type=int, help="samples of every size")
    options = parser.parse_args()
    device = device_named(options.device)
    print(f"{name_of(device)}, torch {torch.__version__}, best of {ROUNDS} alternating rounds")
    for size, (usual, width, classes, sample) in SIZES.items():
        count = options.samples or usual
        torch.manual_seed(0)
        features = torch.relu(torch.randn(count, width)).to(device)
        weight, bias = (0.05 * torch.randn(classes, width)).to(device), torch.randn(classes).to(device)
        some = features[:sample]
        gap = (autograd_loop(some, weight, bias).cpu() - weight_sensitivity(some, weight, bias)).abs().max()
        with tempfile.TemporaryDirectory() as place:
            seconds = alternate(ways(Path(place), features, weight, bias, sample), rounds=ROUNDS)
        best = {name: min(taken) for name, taken in seconds.items()}
        *_, vmapped, loop = best
        best[vmapped] *= count / sample
        best[loop] *= count / sample
        two, three, *_ = best.values()
        rows = []
        for name, took in best.items():
            times = f"{1e3 * took:,.1f}", f"{1e6 * took / count:,.2f}"
            ratios = f"{took / two:,.2f}x", f"{took / three:,.2f}x", f"{best[loop] / took:,.0f}x"
            rows.append([name, *times, *ratios])
        print(f"\n{size}: {count:,} samples, {width} features, {classes} classes.", end=" ")
        print(f"Largest gap to autograd: {gap:.0e}")
        print_table(["", "ms", "us a sample", "of floor", "of floor and P W", "faster than the loop"], rows)
        if not is_cpu(device):
            most = memory_beside(partial(sensitivity_sums, features.cpu(), weight, bias))
            print(f"Memory of both maps on the card, features in ordinary memory: {most / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
