"""A trained net with its world, as an experiment in memory."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from opnp.data.image_set import FeatureSet
from opnp.experiments.builtin.net import FashionTransform, normalised
from opnp.experiments.experiment import Experiment
from opnp.explorer import Explorer
from opnp.features.types import Features
from opnp.models import Classifier, split
from opnp.prepare import Prepared
from opnp.sensitivity.cache import SensitivityMaps
from opnp.sensitivity.gradients import sensitivity_sums
from recipes.blind_choice.nets import Net, Recipe, features, labelled_features, train
from recipes.blind_choice.worlds import WORLDS, Labelled

NEAR, FAR = "near", "far"


def explorer(recipe: Recipe, folder: Path) -> Explorer:
    """Return the experiment of a recipe; the net is trained where the folder lacks it."""
    net, world = _trained(recipe, folder), WORLDS[recipe.world]()
    classifier = _split(net, world.test)
    sums = sensitivity_sums(
        features(net, torch.from_numpy(world.train[0])), classifier.weight, classifier.bias
    )
    ood = {
        name: (group, features(net, torch.from_numpy(images)))
        for group, sets in ((NEAR, world.near), (FAR, world.far))
        for name, images in sets.items()
    }
    prepared = Prepared(
        Experiment(
            key="net",
            title=recipe.name,
            description="",
            classifier=lambda: classifier,
            id_train=_set("train"),
            id_test=_set("test"),
            ood=tuple(_set(name, group) for name, (group, _) in ood.items()),
        ),
        classifier,
        Features(*labelled_features(net, world.test)),
        {name: Features(rows, torch.full((len(rows),), -1)) for name, (_, rows) in ood.items()},
        SensitivityMaps.of(sums),
    )
    return Explorer(prepared)


def _trained(recipe: Recipe, folder: Path) -> Net:
    file = folder / f"{recipe.name}.safetensors"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        state = train(recipe).state_dict()
        save_file({name: tensor.contiguous() for name, tensor in state.items()}, file)
    net = Net(recipe, 1 + int(WORLDS[recipe.world]().train[1].max()))
    net.load_state_dict(load_file(file))
    return net.eval().requires_grad_(False)


def _split(net: Net, test: Labelled) -> Classifier:
    example = normalised(torch.from_numpy(test[0][:8]))
    return split(net, example, transform=FashionTransform(), transform_id="grey-28")


def _set(key: str, group: str = "") -> FeatureSet:
    return FeatureSet(key, key, "", identity=lambda: key, features=_nothing, group=group)


def _nothing() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.empty(0, 0), torch.empty(0, dtype=torch.int64)
