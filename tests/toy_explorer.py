"""The toy experiment, prepared; and the same with one half of its OOD features spoilt."""

import dataclasses

import torch
from toy_experiment import toy_experiment

from opnp.evaluation.splits import half_of
from opnp.explorer import Explorer
from opnp.features.types import Features
from opnp.prepare import prepare
from opnp.store import Store

OOD = ["middle", "far"]


def toy_explorer(net, blobs, folder) -> Explorer:
    """The toy experiment with its features and maps in `folder`."""
    with Store(folder) as store:
        return Explorer(prepare(toy_experiment(net, blobs), store, device=torch.device("cpu")))


def poisoned(explorer, half) -> Explorer:
    """The same experiment, but every OOD sample of that half has NaN features: who reads it fails."""

    def spoil(features):
        values = features.features.clone()
        values[half_of(len(values), half)] = torch.nan
        return Features(values, features.labels)

    prepared = explorer.prepared
    ood = {key: spoil(features) for key, features in prepared.ood.items()}
    return Explorer(dataclasses.replace(prepared, ood=ood))
