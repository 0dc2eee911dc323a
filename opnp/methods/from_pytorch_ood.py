"""Methods of pytorch-ood, imported when first used, with its checks in our words."""

from types import ModuleType
from typing import cast

import torch

from opnp._utils.torchvision import import_torchvision
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.methods.base import Known


def pytorch_ood() -> ModuleType:
    """Import pytorch-ood's detectors. Their outlier scores rise for OOD; ours are their negatives."""
    import_torchvision()
    import pytorch_ood.detector

    return pytorch_ood.detector  # type: ignore[no-any-return]


def require_known(known: Known | None) -> Known:
    """Return the training samples; raise if there are none.

    Raises:
        InvalidDataError: If there are none.
    """
    require_features(None if known is None else known.features)
    return cast("Known", known)


def require_features(features: torch.Tensor | None) -> torch.Tensor:
    """Return the (N, D) training features; raise if there are none.

    Raises:
        InvalidDataError: If there are none.
    """
    if features is None or len(features) == 0:
        raise InvalidDataError(
            "Expected features of ID training images to fit to but got none. Pass some, or choose another "
            "method."
        )
    return features


def require_some_kept(width: int, percentile: float) -> None:
    """Check that dropping that share of `width` features, in percent, leaves at least one.

    Raises:
        InvalidSettingError: If it leaves none.
    """
    if width - round(width * percentile / 100) < 1:
        raise InvalidSettingError(
            f"Expected `percentile` to leave at least one of {width} features but {percentile:g} leaves "
            "none. Choose less."
        )


def no_labels(count: int) -> torch.Tensor:
    """Return placeholder labels for pytorch-ood methods that require some without using them."""
    return torch.zeros(count, dtype=torch.int64)
