"""Experiments made of arrays: a last layer, its maps, features of an ID set and of OOD sets."""

from types import SimpleNamespace

import numpy as np
import torch

from app.state.events import pruning_data
from opnp.config import UNPRUNED, NeuronDefinition, Pruning, RankScope
from opnp.data.role import Role
from opnp.explorer import Explorer
from opnp.features.types import Features
from opnp.prepare import Prepared

EXACT = 128.0
"""Unit of exact scores: whole multiples of it have exact sums, and exp(-128) is nothing beside 1."""


def experiment(weight, bias, map_, features, labels, ood, neurons=None, roles=None) -> Explorer:
    """An explorer of these arrays; `ood` are features by key, `roles` those of sets that are not halved."""
    weight, bias, map_ = (torch.as_tensor(np.asarray(part, np.float32)) for part in (weight, bias, map_))
    if neurons is None:
        neurons = {
            NeuronDefinition.ACTIVATION: map_.amax(dim=0),
            NeuronDefinition.WEIGHTS: map_.mean(dim=0),
        }

    def part(values, of=None) -> Features:
        of = np.full(len(values), -1) if of is None else of
        return Features(torch.as_tensor(np.asarray(values, np.float32)), torch.as_tensor(of).long())

    sets = (SimpleNamespace(key=key, role=(roles or {}).get(key, Role.HALVES), group="") for key in ood)
    prepared = Prepared(
        experiment=SimpleNamespace(ood=tuple(sets)),
        classifier=SimpleNamespace(weight=weight, bias=bias),
        id_test=part(features, labels),
        ood={key: part(values) for key, values in ood.items()},
        maps=SimpleNamespace(weights=map_, neurons=neurons),
    )
    return Explorer(prepared)


def whole(rng, classes, width, counts, *, bias=True) -> Explorer:
    """Random whole numbers: float32 sums are exact in any order, many images and sensitivities tie."""
    weight = EXACT * rng.choice([*range(-8, 0), *range(1, 9)], (classes, width))
    features = rng.integers(0, 4, (sum(counts), width)) * rng.integers(0, 2, (sum(counts), width))
    features[:, rng.random(width) < 0.1] = 0  # dead neurons
    own = EXACT * rng.integers(-3, 4, classes) if bias else np.zeros(classes)
    map_ = rng.integers(0, 5, (classes, width)) / 4
    return _apart(rng, weight, own, map_, features, counts)


def real(rng, classes, width, counts, *, negative=False) -> Explorer:
    """Gaussian weights; features of a ReLU, or some that are negative; some images twice."""
    weight = rng.normal(size=(classes, width)) / np.sqrt(width)
    features = rng.normal(size=(sum(counts), width)) * rng.gamma(2, 1, (sum(counts), 1))
    features = features if negative else np.maximum(features, 0)
    features[:, rng.random(width) < 0.1] = 0
    features[-1] = features[0]
    map_ = np.abs(rng.normal(size=(classes, width))) * (rng.random((classes, width)) < 0.7)
    return _apart(rng, weight, rng.normal(size=classes), map_, features, counts)


def _apart(rng, weight, bias, map_, features, counts) -> Explorer:
    first, *others = np.split(features, np.cumsum(counts)[:-1])
    ood = {f"set {number}": part for number, part in enumerate(others)}
    return experiment(weight, bias, map_, first, rng.integers(0, len(weight), len(first)), ood)


def walk(rng, steps, *, grid=0.5) -> list[Pruning]:
    """Positions of the sliders: small moves, jumps, empty windows, changes of scope and definition."""
    top = round(100 / grid)
    at, positions = [[0, top], [0, top]], []
    scope, definition = RankScope.GLOBAL, NeuronDefinition.ACTIVATION
    for _ in range(steps):
        side, end = rng.integers(0, 2, 2)
        kind = rng.random()
        if kind < 0.6:
            at[side][end] += int(rng.integers(-8, 9))
        elif kind < 0.75:
            at[side] = rng.integers(0, top + 1, 2).tolist()
        elif kind < 0.85:
            at[side] = [int(rng.choice([0, top // 2, top]))] * 2
        elif kind < 0.95:
            scope = rng.choice(list(RankScope))
            definition = rng.choice(list(NeuronDefinition))
        else:
            at = [[0, top], [0, top]]
        at[side] = sorted(min(max(place, 0), top) for place in at[side])
        weights, neurons = (tuple(place * grid for place in ends) for ends in at)
        positions.append(Pruning(weights, neurons, scope, definition))
    return positions


def request(pruning, ood, *, baseline=UNPRUNED, shown=None, **more) -> dict:
    """What the page asks the engine for."""
    sets = {"ood": list(ood), "shown": list(ood if shown is None else shown)}
    return {"pruning": pruning_data(pruning), "baseline": pruning_data(baseline)} | sets | more
