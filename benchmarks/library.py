"""Time `opnp.OPNP` against what one would write instead: bare forward passes, and a gradient for each image.

python -m benchmarks.library

A ResNet-18 with random weights on random images of 64 × 64, on the CPU. `fit` should cost little more than
running the model once; the loop over autograd, by definition, runs on a few images and is scaled to all.
"""

import torch
from torch.utils.data import DataLoader

import opnp
from benchmarks._timing import alternate, milliseconds, print_table, ratio
from opnp._utils.torchvision import import_torchvision

IMAGES, BATCH, OF_AUTOGRAD = 512, 64, 32
ROUNDS = 5


def forward(model: torch.nn.Module, loader: DataLoader) -> None:
    """Run the model over all batches."""
    with torch.no_grad():
        for images in loader:
            model(images)


def autograd(model: torch.nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Return the mean absolute gradient of the energy for each weight, one backward pass an image."""
    total = torch.zeros_like(model.fc.weight)
    for image in images:
        energy = -torch.logsumexp(model(image[None]), dim=1).sum()
        (gradient,) = torch.autograd.grad(energy, model.fc.weight)
        total += gradient.abs()
    return total / len(images)


def main() -> None:
    """Print both in multiples of the bare passes."""
    import_torchvision()
    from torchvision.models import resnet18

    torch.manual_seed(0)
    model = resnet18(num_classes=100).eval()
    images = torch.rand(IMAGES, 3, 64, 64)
    few = images[:OF_AUTOGRAD]
    loader = DataLoader(images, batch_size=BATCH)
    detector = opnp.OPNP(model, weights=(0, 99), neurons=(5, 100)).fit(loader)
    off = autograd(model, few) - opnp.OPNP(model).fit(few).weight_sensitivity_
    print(f"Largest difference of the two maps: {float(off.abs().max()):.1e}")
    bare, by_gradients = "bare forward passes", "a gradient for each image, scaled to all"
    seconds = alternate(
        {
            bare: lambda: forward(model, loader),
            "fit": lambda: opnp.OPNP(model).fit(loader),
            "score": lambda: detector.score(loader),
            by_gradients: lambda: autograd(model, few),
        },
        rounds=ROUNDS,
    )
    seconds[by_gradients] = [taken * IMAGES / OF_AUTOGRAD for taken in seconds[by_gradients]]
    rows = [
        [name, f"{milliseconds(taken):,.0f}", f"{ratio(taken, seconds[bare]):.2f}"]
        for name, taken in seconds.items()
    ]
    print_table(["", "ms", "× bare passes"], rows)


if __name__ == "__main__":
    main()
