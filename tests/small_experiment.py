"""The embedded experiment with few images, prepared on a device, to hold one device against another."""

import dataclasses
import io
import zipfile

import torch
from PIL import Image

from opnp.comparison.fit_data import Training, training
from opnp.config import Pruning
from opnp.experiments.builtin.data import fashion_test, ood_images
from opnp.experiments.experiment import Experiment
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.sensitivity.cache import SensitivityMaps
from opnp.store import Store

PRUNED = Pruning(weights=(0, 99), neurons=(30, 100))
OOD = ["mnist", "noise"]


@dataclasses.dataclass(frozen=True)
class First:
    """The first images of a set."""

    images: object
    count: int = 200

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return self.images[index]


@dataclasses.dataclass(frozen=True)
class World:
    """What there is of it on one device."""

    explorer: Explorer
    training: Training
    maps: SensitivityMaps


def small() -> Experiment:
    whole = load_experiment("fashion")

    def cut(images):
        return dataclasses.replace(
            images,
            open=lambda: First(images.open()),
            identity=lambda: f"the first of {images.identity()}",
        )

    ood = tuple(cut(images) for images in whole.ood if images.key in OOD)
    return dataclasses.replace(whole, id_train=cut(whole.id_train), id_test=cut(whole.id_test), ood=ood)


def world(folder, device: torch.device, *, windows_of: World | None = None) -> World:
    """Prepare it; windows may be cut on another world's maps, so that the same weights go in both."""
    with Store(folder) as store:
        prepared = prepare(small(), store, device=device)
        fitted = training(prepared, store)
    cut_on = prepared.maps if windows_of is None else windows_of.maps
    return World(Explorer(dataclasses.replace(prepared, maps=cut_on)), fitted, prepared.maps)


def some_pictures() -> list:
    return [*fashion_test()[0][:40], *ood_images("mnist")[:40]]


def as_zip(pictures: list) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for number, pixels in enumerate(pictures):
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            made.writestr(f"{number:02}.png", file.getvalue())
    return buffer.getvalue()
