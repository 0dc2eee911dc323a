"""Conversion of transformed inputs back to viewable pixels."""

import numpy as np
import numpy.typing as npt
import torch


def denormalize(image: torch.Tensor, black: torch.Tensor, white: torch.Tensor) -> npt.NDArray[np.uint8]:
    """Return the image that a model sees: its input with the normalisation undone.

    Each channel runs from its smallest to its largest value in the two references. Where these do not span a
    range, as after a transform that scales each image by itself, the image is stretched to its own.

    Args:
        image: (1, H, W) or (3, H, W) floating point, as the model's transform gives it.
        black: A black image of any size through the same transform.
        white: A white one.

    Returns:
        (H, W) or (H, W, 3) uint8.

    Example:
        >>> denormalize(torch.tensor([[[0.0, 1.0]]]), -torch.ones(1, 1, 1), torch.ones(1, 1, 1))
        array([[128, 255]], dtype=uint8)
    """
    ends = torch.cat([black.flatten(1), white.flatten(1)], dim=1)
    low, high = ends.amin(dim=1), ends.amax(dim=1)
    if not bool((high > low).all()):
        low, high = image.min().expand(len(image)), image.max().expand(len(image))
    stretched = (image - low[:, None, None]) / (high - low).clamp_min(1e-12)[:, None, None]
    pixels = (stretched.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    return pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
