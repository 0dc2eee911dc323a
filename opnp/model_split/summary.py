"""Summary of the split of a model and of its trial, in words for people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelSummary:
    """Findings about a classifier; none of them is in any cache key.

    Attributes:
        head: Which layer makes the logits, as in "linear layer `fc`"; empty where nobody looked.
        mode: What pictures are converted to before the transform, RGB or L; empty where nobody looked.
        assumed: Whether that mode was found by trying.
        images: On how many of the experiment's own images the model was proven; 0 for noise in their place.
        notes: What was done to make the model fit, in sentences.
        warnings: What looks wrong, in sentences.
    """

    head: str = ""
    mode: str = ""
    assumed: bool = False
    images: int = 0
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


NOTHING = ModelSummary()
"""Where nobody looked."""
