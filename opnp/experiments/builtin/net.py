"""The built-in classifier: a small convolutional net for Fashion-MNIST and its transform."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from opnp._utils.torchvision import import_torchvision
from opnp.errors import InvalidDataError, MissingDataError

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SIZE = 28
MEAN, STD = 0.2860, 0.3530  # of the 60 000 training images, in [0, 1]
TRANSFORM_ID = "grey-28-antialias-norm-v1"
FASHION_WEIGHTS = Path(__file__).parent / "assets" / "fashion_cnn.safetensors"


class SmallCNN(nn.Module):
    """Convolutional net from grey 28 × 28 images to ten logits over 256 nonnegative features.

    Six convolutions with batch norm and ReLU, global average pooling, one linear layer `head`: 313 450
    parameters and 23.5 million multiply-adds an image. Kept in channels-last layout, which on CPUs is faster
    in training and in evaluation.

    Example:
        >>> SmallCNN().eval()(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _convolution(1, 32, 3),  # (N, 32, 28, 28)
            nn.MaxPool2d(2),
            _convolution(32, 64, 3),  # (N, 64, 14, 14)
            _convolution(64, 64, 3),
            nn.MaxPool2d(2),
            _convolution(64, 128, 3),  # (N, 128, 7, 7)
            _convolution(128, 128, 3),
            _convolution(128, 256, 1),  # (N, 256, 7, 7)
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.head = nn.Linear(256, len(CLASS_NAMES))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) of transformed images (N, 1, 28, 28)."""
        logits: torch.Tensor = self.head(self.features(images.contiguous(memory_format=torch.channels_last)))
        return logits


def _convolution(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def load_fashion_net(path: Path = FASHION_WEIGHTS) -> SmallCNN:
    """Return the trained net, in evaluation mode and without gradients.

    Args:
        path: Its weights, as safetensors.

    Raises:
        MissingDataError: If there is no such file.
        InvalidDataError: If the file is damaged or holds another net's weights.
    """
    try:
        state = load_file(path)
    except FileNotFoundError:
        raise MissingDataError(
            f"Expected the weights `{path.name}` beside the code but the file is missing. "
            "Restore it from the repository, or train it with `python -m recipes.train_fashion`."
        ) from None
    except (SafetensorError, OSError):
        raise InvalidDataError(_damaged(path, "a file that is torn or of another format")) from None
    net = SmallCNN()
    try:
        net.load_state_dict(state)
    except RuntimeError:
        raise InvalidDataError(_damaged(path, "the weights of another net")) from None
    return net.eval().requires_grad_(False)


def _damaged(path: Path, got: str) -> str:
    return (
        f"Expected `{path.name}` to hold the embedded net's weights but got {got}. "
        "Restore it from the repository, or train it with `python -m recipes.train_fashion`."
    )


def normalised(images: torch.Tensor) -> torch.Tensor:
    """Convert uint8 (N, 28, 28) to the net's input (N, 1, 28, 28), as its transform does for that size."""
    return ((images.float() / 255 - MEAN) / STD).unsqueeze(1)


class FashionTransform:
    """The net's transform, named `TRANSFORM_ID`: any PIL image to a (1, 28, 28) float32 tensor.

    Greyscale, resize to 28 × 28 (bilinear, antialiased), scale to [0, 1], then (x - mean) / std. The first
    image imports torchvision, which takes longer than all else a dashboard with a full cache starts with.

    Example:
        >>> FashionTransform()(Image.new("RGB", (200, 100), "white")).shape
        torch.Size([1, 28, 28])
    """

    def __call__(self, image: Image.Image) -> torch.Tensor:
        """Return the input tensor of one image."""
        taken: Any = image
        for step in self.transforms:
            taken = step(taken)
        return cast("torch.Tensor", taken)

    @cached_property
    def transforms(self) -> tuple[Callable[[Any], Any], ...]:
        """Steps of the transform."""
        import_torchvision()
        from torchvision.transforms import v2

        return (
            v2.Grayscale(),
            v2.Resize((SIZE, SIZE), antialias=True),
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize([MEAN], [STD]),
            v2.ToPureTensor(),
        )
