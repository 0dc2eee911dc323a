"""Settings of an extraction: execution and number format."""

import os
from dataclasses import dataclass
from enum import StrEnum

import torch

from opnp.devices import is_cpu, runs_half
from opnp.errors import InvalidSettingError

CHUNK = 2048
"""Images in a file: what a killed run loses at most (for each process), and what processes share out."""


class FeatureFormat(StrEnum):
    """Number format of features on disk. Maps and scores are computed in float32 from either."""

    FLOAT16 = "float16"
    """Half the disk; rounds each feature to 11 bits. docs/scaling.md says what that does to FPR95."""

    FLOAT32 = "float32"
    """What the backbone gave, bit for bit."""

    @property
    def dtype(self) -> torch.dtype:
        """Torch dtype of the format."""
        return torch.float16 if self is FeatureFormat.FLOAT16 else torch.float32


@dataclass(frozen=True)
class ExtractionSettings:
    """Execution settings of an extraction.

    Attributes:
        format: Number format on disk, `float16` or `float32`.
        batch_size: Images a step; bounds memory. Another one changes features by rounding only.
        chunk: Images in a file.
        workers: Processes that read and transform images; None chooses for the device.
        autocast: Whether the backbone runs in half precision on CUDA; the features and logits stay float32.
            Elsewhere it has no effect.

    Raises:
        InvalidSettingError: If a number is out of range or the format is unknown.
    """

    format: FeatureFormat | str = FeatureFormat.FLOAT16
    batch_size: int = 256
    chunk: int = CHUNK
    workers: int | None = None
    autocast: bool = True

    def __post_init__(self) -> None:
        for name, least in (("batch_size", 1), ("chunk", 1), ("workers", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InvalidSettingError(f"Expected `{name}` to be at least {least} but got {value}.")
        if self.format not in list(FeatureFormat):
            allowed = " or ".join(repr(str(option)) for option in FeatureFormat)
            raise InvalidSettingError(f"Expected `format` to be {allowed} but got {self.format!r}.")
        object.__setattr__(self, "format", FeatureFormat(self.format))

    def precision(self, device: torch.device) -> str:
        """Return the backbone's precision on `device`: 'float16 autocast' or 'float32'."""
        return "float16 autocast" if self.autocast and runs_half(device) else "float32"

    def workers_on(self, device: torch.device) -> int:
        """Return the number of loader processes for each process that runs the backbone.

        On a GPU up to eight share the cores; on a CPU the backbone needs the cores itself.
        """
        if self.workers is not None:
            return self.workers
        if is_cpu(device):
            return 0
        beside = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        return max(1, min(8, (os.cpu_count() or 1) // beside))
