"""Small experiment of several chunks a set, and all the figures that follow from a cache of it."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from opnp.comparison.fit_data import training
from opnp.config import Pruning
from opnp.data.image_set import ArrayImages, ImageSet, content_identity
from opnp.errors import MissingDataError
from opnp.evaluation.splits import Half
from opnp.experiments.experiment import Experiment
from opnp.explorer import Explorer
from opnp.models import Classifier, split
from opnp.prepare import prepare
from opnp.store import Store

Seen = dict[str, object]
"""What there is to be seen, by name, to be compared as it is."""

CPU = torch.device("cpu")
PRUNING = Pruning((20, 100), (10, 90))
COUNTS = {"train": 300, "test": 2100, "near": 2100, "far": 300}
OOD = ("near", "far")


class Net(nn.Module):
    """Small net: four pixels to three logits over eight features."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
        self.fc = nn.Linear(8, 3)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return logits (n, 3) of pixels (n, 4)."""
        return self.fc(self.body(pixels))


def to_pixels(image: Image.Image) -> torch.Tensor:
    """Transform an image into its pixels."""
    return torch.from_numpy(np.asarray(image).copy()).float().flatten() / 255


def net() -> Classifier:
    """Return the same classifier each time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Net()
    names = ("a", "b", "c")
    return split(model, torch.rand(4, 4), transform=to_pixels, transform_id="fuzz", class_names=names)


def small_experiment(*, gone: bool = False) -> Experiment:
    """Return the experiment; its pictures may be gone."""

    def images(key: str, seed: int) -> ImageSet:
        pixels = np.random.default_rng(seed).integers(0, 256, (COUNTS[key], 2, 2), dtype=np.uint8)
        labels = np.random.default_rng(seed + 1).integers(0, 3, COUNTS[key])

        def opened() -> ArrayImages:
            if gone:
                raise MissingDataError(f"Expected the pictures of {key} but they are gone. Bring them back.")
            return ArrayImages(pixels, labels)

        return ImageSet(key, key.title(), "", lambda: content_identity(pixels.tobytes()), opened)

    ood = tuple(images(key, seed) for key, seed in zip(OOD, (5, 7), strict=True))
    return Experiment("fuzz", "Fuzz", "", net, images("train", 1), images("test", 3), ood, list)


def look(experiment: Experiment, cache: Path) -> Seen:
    """Return every number that a person may see of the experiment, prepared in `cache`.

    An OOD set that could not be used is only named, under "unused" with the reason.

    Raises:
        OpnpError: If one of them cannot be had.
    """
    with Store(cache) as store:
        prepared = prepare(experiment, store, device=CPU)
        known = training(prepared, store).features
    explorer = Explorer(prepared)
    pruned = explorer.at(PRUNING)
    figures = {
        f"figures of {key}": repr(explorer.evaluate(pruned, [key], Half.REPORT)) for key in prepared.ood
    }
    if len(prepared.ood) == len(experiment.ood):
        figures["figures"] = repr(explorer.evaluate(pruned, list(prepared.ood), Half.REPORT))
    unused = {"unused": " ".join(set_.reason for set_ in prepared.unused)} if prepared.unused else {}
    parts = {"test": prepared.id_test, **prepared.ood, "train": known}
    rows = {key: (_bytes(part.features), _bytes(part.labels)) for key, part in parts.items() if part}
    maps = {str(kind): _bytes(values) for kind, values in prepared.maps.neurons.items()}
    return {**rows, **maps, **figures, **unused, "weights": _bytes(prepared.maps.weights)}


def _bytes(values: torch.Tensor) -> bytes:
    return values.contiguous().numpy().tobytes()
