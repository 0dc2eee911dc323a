"""A transformed input back to pixels that a person can look at."""

import numpy as np
import numpy.typing as npt
import torch


def seen(image: torch.Tensor) -> npt.NDArray[np.uint8]:
    """What a model sees of one image: its input stretched to black and white, whatever the normalisation.

    Args:
        image: (1, H, W) or (3, H, W) floating point, as the model's transform gives it.

    Returns:
        (H, W) or (H, W, 3) uint8.

    Example:
        >>> seen(torch.tensor([[[-1.0, 1.0]]]))
        array([[  0, 255]], dtype=uint8)
    """
    low, high = image.min(), image.max()
    stretched = (image - low) / (high - low).clamp_min(1e-12)
    pixels = (stretched * 255).round().to(torch.uint8).numpy()
    return pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
