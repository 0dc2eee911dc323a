"""Compiled inner loops of re-scoring, over tiles of samples.

Samples lie side by side in a tile, so every loop over them runs in vector registers, and one tile (its
features and its logits) stays in a core's second-level cache while all classes are served. The functions
release Python's lock; callers share the tiles out over threads of their own, which works from any number of
threads at once, where numba's thread pool may not be entered twice.

Of fast-math only `contract` is allowed: a product and a sum may be rounded once instead of twice. Nothing is
reordered, and a sample is handled by one thread from start to end, so results do not depend on the number of
threads. The code is compiled at first use, a few seconds a process, and never written to disk.
"""

import numba
import numpy as np
import numpy.typing as npt

_compiled = numba.njit(nogil=True, fastmath={"contract"}, error_model="numpy")

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

TILE = 64
"""Samples a tile: 512 KB of features at width 2048."""

FAINT = np.float32(1e-30)
"""Sum of exponentials below which its terms come near the least that `exp_of_negative` gives."""

GROUP = 4
"""Changes of a class that are added in one pass; their number is padded to a multiple of it."""


@_compiled
def exp_of_negative(x: np.float32) -> np.float32:
    """Return exp(x) in float32 for x <= 0, within 2e-7 relative; below -87 that of -87, about 1e-38.

    A polynomial, so that it runs in vector registers without a vendor's mathematics library. x is split into
    n ln 2 + r with |r| <= ln 2 / 2, and exp(x) = 2^n exp(r).

    Reference:
        Moshier, Cephes mathematical library, expf.
    """
    bounded = max(x, np.float32(-87.0))
    n = np.floor(bounded * np.float32(1.44269504088896341) + np.float32(0.5))
    r = bounded - n * np.float32(0.693359375)  # ln 2 in two parts, the first exact in few bits
    r = r - n * np.float32(-2.12194440e-4)
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    p = p * r * r + r + np.float32(1.0)
    power_of_two = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
    return np.float32(p * power_of_two)


@_compiled
def _add_changes(
    features: Floats,
    logits: Floats,
    bias: Floats,
    restarted: npt.NDArray[np.bool_],
    starts: npt.NDArray[np.int64],
    columns: npt.NDArray[np.uint32],
    changes: Floats,
) -> None:
    """Add each class's changes times their features to its logits, for one tile; rounded into them once."""
    change = np.empty(TILE, np.float32)
    for c in range(logits.shape[0]):
        if restarted[c]:
            logits[c] = bias[c]
        if starts[c] == starts[c + 1]:
            continue
        change[:] = np.float32(0.0)
        for k in range(starts[c], starts[c + 1], GROUP):
            z0, z1 = features[columns[k]], features[columns[k + 1]]
            z2, z3 = features[columns[k + 2]], features[columns[k + 3]]
            w0, w1, w2, w3 = changes[k], changes[k + 1], changes[k + 2], changes[k + 3]
            for s in range(TILE):
                change[s] += w0 * z0[s] + w1 * z1[s] + w2 * z2[s] + w3 * z3[s]
        row = logits[c]
        for s in range(TILE):
            row[s] += change[s]


@_compiled
def _find_top(logits: Floats, top: Floats, predicted: Ints) -> None:
    """Find the largest logit of each sample of one tile and the first class that has it."""
    top[:] = logits[0]
    predicted[:] = 0
    for c in range(1, logits.shape[0]):
        row = logits[c]
        for s in range(TILE):
            larger = row[s] > top[s]
            top[s] = row[s] if larger else top[s]
            predicted[s] = c if larger else predicted[s]


@_compiled
def _sum_others(logits: Floats, anchor: Floats, predicted: Ints, rest: Floats) -> None:
    """Compute sum_c exp(f_c - anchor) over the classes but the predicted one, of each sample of one tile."""
    rest[:] = np.float32(0.0)
    for c in range(logits.shape[0]):
        row = logits[c]
        for s in range(TILE):
            part = exp_of_negative(row[s] - anchor[s])
            rest[s] += np.float32(0.0) if predicted[s] == np.int32(c) else part


@_compiled
def _find_second(logits: Floats, predicted: Ints, second: Floats) -> None:
    """Find the largest logit of each sample of one tile but that of the predicted class."""
    second[:] = np.float32(-np.inf)
    for c in range(logits.shape[0]):
        row = logits[c]
        for s in range(TILE):
            second[s] = second[s] if predicted[s] == np.int32(c) else max(second[s], row[s])


@_compiled
def _summarise(logits: Floats, top: Floats, predicted: Ints, gap: Floats, rest: Floats) -> None:
    """Find top, class and the others' sum of one tile, taken from the top, or from the second if faint."""
    _find_top(logits, top, predicted)
    gap[:] = np.float32(0.0)
    _sum_others(logits, top, predicted, rest)
    if rest.min() < FAINT and logits.shape[0] > 1:
        second = np.empty(TILE, np.float32)
        _find_second(logits, predicted, second)
        gap[:] = top - second
        _sum_others(logits, second, predicted, rest)


@_compiled
def move_tiles(
    features: Floats,
    logits: Floats,
    bias: Floats,
    restarted: npt.NDArray[np.bool_],
    starts: npt.NDArray[np.int64],
    columns: npt.NDArray[np.uint32],
    changes: Floats,
    fresh_first: int,
    fresh_last: int,
    top: Floats,
    predicted: Ints,
    gap: Floats,
    rest: Floats,
    first: int,
    last: int,
) -> None:
    """Bring the logits of tiles first..last-1 to new weights and summarise them.

    Args:
        features: (tiles, D, TILE) float32.
        logits: (tiles, C, TILE) float32, changed in place.
        bias: (C,) float32.
        restarted: (C,) bool, classes whose logits start again from the bias before changes are added.
        starts: (C + 1,) int64, class c has the changes starts[c] to starts[c + 1] - 1, a multiple of GROUP.
        columns: (changes,) uint32, which feature a change multiplies.
        changes: (changes,) float32, what is added to that weight.
        fresh_first: First of the tiles whose logits are those of the new weights already.
        fresh_last: One past the last of them.
        top: (tiles, TILE) float32, filled with the largest logit.
        predicted: (tiles, TILE) int32, filled with its class.
        gap: (tiles, TILE) float32, filled with what `rest` is to be taken from: 0, or top - second largest.
        rest: (tiles, TILE) float32, filled with sum_c exp(f_c - top + gap) over the other classes.
        first: First tile.
        last: One past the last tile.
    """
    for t in range(first, last):
        if not fresh_first <= t < fresh_last:
            _add_changes(features[t], logits[t], bias, restarted, starts, columns, changes)
        _summarise(logits[t], top[t], predicted[t], gap[t], rest[t])
