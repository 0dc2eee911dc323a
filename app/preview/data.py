"""What the browser is given of an experiment to re-score it by itself: a header in JSON, then arrays.

Only what the figures under a thumb need: the last layer, the place of every weight among the ranks, features
and labels of ID test images, features of OOD images, both of the half that the sliders see. Where all of
these fit into a budget in bytes, they are sent, as float32, and the browser's figures are the server's; else
a stratified sample is, as float16. The held-out halves are never sent.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from opnp.config import NeuronDefinition, RankScope
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer
from opnp.pruning import rank_bounds
from opnp.scoring.stratified_sample import allocate

VARIABLE = "OPNP_PREVIEW_BYTES"
BUDGET = 32 * 2**20
SAMPLE = 1536
"""Images of a sample, the same number of every set."""

_VERSION = 2
"""Of what is written; a new one is loaded anew."""

_SEED = 11
_STEPS = 200
"""Codes of a rank in a large head: half percents, the slider's steps."""

_FEW = 65_536
"""Weights up to which their exact ranks are sent, in two bytes."""

Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Selection:
    """The images that are sent.

    Attributes:
        exact: Whether they are all that the figures are computed from.
        kind: Number format of features and weights.
        rows: Of each set, ID first, which images, in random order: any first part is a sample.
    """

    exact: bool
    kind: str
    rows: tuple[npt.NDArray[np.int64], ...]


def budget() -> int:
    """Return how many bytes a browser may be asked to load, before compression; 0 sends nothing."""
    value = os.environ.get(VARIABLE, "")
    return int(value) if value.isdecimal() else BUDGET


def select(explorer: Explorer, most: int) -> Selection | None:
    """Return the images to send: all that fit into `most` bytes, else a sample, else None.

    Args:
        explorer: The prepared experiment.
        most: Bytes, before compression.
    """
    prepared = explorer.prepared
    rng = np.random.default_rng(_SEED)
    seen = [rng.permutation(prepared.id_rows(Half.TUNE))]
    seen += [rng.permutation(prepared.rows_in(key, Half.TUNE)) for key in prepared.ood]
    counts = allocate([len(rows) for rows in seen], SAMPLE)
    drawn = [rows[:count] for rows, count in zip(seen, counts, strict=True)]
    narrow = "float16" if _fits_half(explorer) else "float32"
    offers = (Selection(True, "float32", tuple(seen)), Selection(False, narrow, tuple(drawn)))
    return next((offer for offer in offers if _bytes(explorer, offer) <= most), None)


def content_key(explorer: Explorer, selection: Selection) -> str:
    """Return a key of everything that is sent: the same key, the same bytes."""
    digest = hashlib.sha256(f"{_VERSION} {json.dumps(_sets(explorer, selection))}".encode())
    for name, part in _parts(explorer, selection):
        digest.update(f"{name} {part.dtype} {part.shape}".encode())
        digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()[:32]


def serialize(explorer: Explorer, selection: Selection) -> bytes:
    """Write the header and the arrays.

    Four bytes hold the header's length, little-endian. Each array lies byte plane by byte plane, which
    compresses better: the exponents of many features are alike.
    """
    heads = explorer.prepared.heads
    described, planes, at = {}, [], 0
    for name, part in _parts(explorer, selection):
        described[name] = {"kind": part.dtype.name, "count": part.size, "at": at}
        flat = np.ascontiguousarray(part).reshape(-1, 1).view(np.uint8)  # (count, bytes)
        planes.append(flat.T.tobytes())
        at += part.nbytes
    header = {
        "exact": selection.exact,
        "sets": _sets(explorer, selection),
        "scopes": {str(scope): _levels(ranks) for scope, ranks in heads.weight_ranks.items()},
        "definitions": {str(name): _levels(ranks) for name, ranks in heads.neuron_ranks.items()},
        "arrays": described,
    }
    words = json.dumps(header).encode()
    return b"".join([len(words).to_bytes(4, "little"), words, *planes])


def _parts(explorer: Explorer, selection: Selection) -> Iterator[tuple[str, Array]]:
    prepared, heads = explorer.prepared, explorer.prepared.heads
    yield "weight", heads.weight.numpy().astype(selection.kind)
    yield "bias", prepared.classifier.bias.cpu().float().numpy()
    for scope in RankScope:
        yield f"weights {scope}", _codes(heads.weight_ranks[scope])
    for definition in NeuronDefinition:
        yield f"neurons {definition}", _codes(heads.neuron_ranks[definition])
    yield "insensitive", np.packbits((prepared.maps.weights == 0).numpy())
    yield "labels", prepared.id_test.labels.numpy()[selection.rows[0]].astype(np.uint32)
    sets = [prepared.id_test, *prepared.ood.values()]
    chosen = [part.features.numpy()[rows] for part, rows in zip(sets, selection.rows, strict=True)]
    yield "features", np.concatenate(chosen).astype(selection.kind)  # (N, D), ID first


def _sets(explorer: Explorer, selection: Selection) -> list[dict[str, str | int]]:
    keys = ("", *explorer.prepared.ood)
    counts = ((key, len(rows)) for key, rows in zip(keys, selection.rows, strict=True))
    return [{"key": key, "count": count} for key, count in counts if count]


def _levels(ranks: torch.Tensor) -> int:
    return _STEPS if ranks.numel() > _FEW else int(ranks.max()) + 1


def _codes(ranks: torch.Tensor) -> Array:
    """Return the rank of every entry, or the half percent it lies in where there are many."""
    if ranks.numel() <= _FEW:
        return ranks.numpy().astype(np.uint16)
    size = int(ranks.max()) + 1
    firsts = [rank_bounds((100 * step / _STEPS, 100), size)[0] for step in range(_STEPS + 1)]
    return (np.searchsorted(firsts, ranks.numpy(), side="right") - 1).astype(np.uint8)


def _fits_half(explorer: Explorer) -> bool:
    """Return whether half precision holds features and weights: neither overflows, nor is all of it tiny."""
    prepared = explorer.prepared
    parts = (part.features for part in (prepared.id_test, *prepared.ood.values()))
    return all(0.01 <= float(values.abs().max()) <= 60_000 for values in (prepared.heads.weight, *parts))


def _bytes(explorer: Explorer, selection: Selection) -> int:
    heads, size = explorer.prepared.heads, np.dtype(selection.kind).itemsize
    (classes, width), count = heads.weight.shape, heads.weight.numel()
    ranks = (*heads.weight_ranks.values(), *heads.neuron_ranks.values())
    codes = sum(part.numel() * (2 if part.numel() <= _FEW else 1) for part in ranks)
    head = count * size + codes + -(-count // 8) + 4 * classes
    return head + 4 * len(selection.rows[0]) + sum(map(len, selection.rows)) * width * size
