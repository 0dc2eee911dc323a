"""pytorch-ood, imported when a method of it is first used, and its checks in our words."""

from types import ModuleType
from typing import cast

import torch

from opnp._utils.torchvision import import_torchvision
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.methods.base import Known


def pytorch_ood() -> ModuleType:
    """The module of its detectors. Their outlier scores rise for OOD; ours are their negatives."""
    import_torchvision()
    import pytorch_ood.detector

    return pytorch_ood.detector  # type: ignore[no-any-return]


def require_known(known: Known | None) -> Known:
    """The training samples.

    Raises:
        InvalidDataError: If there are none.
    """
    require_features(None if known is None else known.features)
    return cast("Known", known)


def require_features(features: torch.Tensor | None) -> torch.Tensor:
    """The (N, D) training features.

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
    """What stands for labels where a method of pytorch-ood asks for some and does not use them."""
    return torch.zeros(count, dtype=torch.int64)
