"""`score --false-discovery`: which files of a call to reject together, and what that assumes."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from opnp.conformal.false_discovery import false_discoveries, fewest_rejected
from opnp.errors import InvalidSettingError
from opnp.inference.predict import Prediction

Rate = Annotated[
    float | None,
    typer.Option(
        metavar="RATE",
        help="Also reject by the p-values of all files together, so that on average at most this share of "
        "what is rejected is ID; 0.1 or 10, in percent, is usual. JSON is then printed when all are scored.",
        show_default=False,
    ),
]
P_VALUES = "conformal: share of held-out ID images that score at most as high; small is strange"


def rate_of(given: float | None) -> float | None:
    """Return the rate that the option names: a fraction as it is, from 1 on a share in percent.

    Raises:
        InvalidSettingError: If it is neither.

    Example:
        >>> rate_of(0.1), rate_of(10), rate_of(1)
        (0.1, 0.1, 0.01)
    """
    if given is None:
        return None
    if not 0 < given <= 100:
        raise InvalidSettingError(
            f"Expected `--false-discovery` to be a rate such as 0.1, or 10 in percent, but got {given:g}."
        )
    return given if given < 1 else given / 100


def require_reference(size: int) -> None:
    """Check that there are ID images to compare with.

    Raises:
        InvalidSettingError: If there is none.
    """
    if not size:
        raise InvalidSettingError(
            "Expected a detector that carries scores of ID images for `--false-discovery` but this one was "
            "made before detectors did. Make it again: python -m opnp deploy."
        )


def rejections(predictions: Sequence[Prediction], rate: float) -> npt.NDArray[np.bool_]:
    """Return (m,) whether each of a call's images is rejected."""
    return false_discoveries(np.array([prediction.p_value for prediction in predictions]), rate)


def explained(rate: float, batch: int, rejected: str, size: int) -> str:
    """Return what was rejected, what is promised of it, and what that assumes.

    Args:
        rate: As a fraction.
        batch: Number of images judged together.
        rejected: How many of them are rejected.
        size: Number of ID images behind the p-values.

    Example:
        >>> print(explained(0.1, 60, "7", 99))  # doctest: +NORMALIZE_WHITESPACE
        False discovery at most 10 %: 7 of 60 images rejected.
        On average over such batches, at most 10 % of what is rejected is ID (Benjamini–Hochberg on conformal
        p-values of all files together). Assumed: the ID images among them are exchangeable with the 99
        held-out ID images. With so few, nothing is rejected unless at least 6 are strange.
    """
    fewest = fewest_rejected(size, batch, rate)
    few = f" With so few, nothing is rejected unless at least {fewest:,} are strange." if fewest > 1 else ""
    if fewest > batch:
        few = " They are too few to reject anything at this rate."
    most = f"at most {100 * rate:g} %"
    return (
        f"False discovery {most}: {rejected} of {batch:,} images rejected.\n"
        f"On average over such batches, {most} of what is rejected is ID (Benjamini–Hochberg on conformal "
        "p-values of all files together). Assumed: the ID images among them are exchangeable with the "
        f"{size:,} held-out ID images.{few}"
    )
