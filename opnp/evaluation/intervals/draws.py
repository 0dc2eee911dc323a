"""Draws that every call shares: points spread evenly instead of at random, so that a thousand do."""

from functools import lru_cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from opnp.metrics import FloatArray

RESAMPLES = 1021
"""A prime, so that every row of the lattice holds each of its places once."""

GENERATOR = 76


@lru_cache(maxsize=64)
def even_uniforms(rows: int) -> FloatArray:
    """Return (rows, RESAMPLES) points, evenly spread in the unit cube of so many dimensions; rising in row 0.

    Point i of row k is frac(i a^k / N) + 1 / (2 N).

    Reference:
        Korobov, The approximate computation of multiple integrals, Doklady Akademii Nauk 124, 1959; see
        L'Ecuyer and Lemieux, Variance reduction via lattice rules, Management Science 46, 2000.
    """
    return (_places(rows) + 0.5) / RESAMPLES


@lru_cache(maxsize=64)
def even_normals(rows: int, skipped: int = 0) -> FloatArray:
    """Return the standard normal quantiles of (rows, RESAMPLES) such points, some first rows skipped."""
    normal = NormalDist()
    quantiles = np.array([normal.inv_cdf((place + 0.5) / RESAMPLES) for place in range(RESAMPLES)])
    return quantiles[_places(skipped + rows)[skipped:]]


def _places(rows: int) -> npt.NDArray[np.int64]:
    powers = [pow(GENERATOR, row, RESAMPLES) for row in range(rows)]
    return np.outer(powers, np.arange(RESAMPLES)) % RESAMPLES


def beta_draws(a: FloatArray, b: FloatArray, z: FloatArray, other: FloatArray) -> FloatArray:
    """Return draws of Beta(a, b), one for each pair of standard normal draws.

    G_a / (G_a + G_b) of two Gamma draws, whose cube roots are about normal.

    Args:
        a: (k,) shapes, at least 0; 0 draws 0.
        b: (k,) shapes, at least 0; 0 draws 1.
        z: (k,) standard normal draws.
        other: (k,) others, independent of `z`.

    Reference:
        Wilson and Hilferty, The distribution of chi-square, Proceedings of the National Academy of Sciences
        17, 1931.
    """
    part = _gamma(a, z)
    return part / np.maximum(part + _gamma(b, other), np.finfo(np.float64).tiny)


def _gamma(shape: FloatArray, z: FloatArray) -> FloatArray:
    """Return draws of Gamma(shape, 1) for standard normal ones."""
    safe = np.maximum(shape, 0.5)
    drawn: FloatArray = safe * np.maximum(1 - 1 / (9 * safe) + z / (3 * np.sqrt(safe)), 1e-6) ** 3
    return np.where(shape > 0, drawn, 0.0)
