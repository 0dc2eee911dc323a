"""A net with its world, as a prepared experiment in memory."""

import torch

from opnp.data.image_set import NO_LABEL, FeatureSet
from opnp.experiments.builtin.net import FashionTransform, normalised
from opnp.experiments.experiment import Experiment
from opnp.features.types import Features
from opnp.models import split
from opnp.prepare import Prepared
from opnp.sensitivity.cache import SensitivityMaps
from opnp.sensitivity.gradients import sensitivity_sums
from recipes.blind_choice.nets import Net, features
from recipes.blind_choice.worlds import World


def prepared(net: Net, world: World) -> Prepared:
    """Return the features of every set of a world, and the net's maps on its training images."""
    images, labels = world.test
    example = normalised(torch.from_numpy(images[:8]))
    classifier = split(net, example, transform=FashionTransform(), transform_id="grey-28")
    sums = sensitivity_sums(features(net, world.train[0]), classifier.weight, classifier.bias)
    ood = {name: features(net, own) for name, own in world.ood.items()}
    return Prepared(
        Experiment(
            key="net",
            title="A small net",
            description="",
            classifier=lambda: classifier,
            id_train=_named("train"),
            id_test=_named("test"),
            ood=tuple(map(_named, ood)),
        ),
        classifier,
        Features(features(net, images), torch.from_numpy(labels)),
        {name: Features(rows, torch.full((len(rows),), NO_LABEL)) for name, rows in ood.items()},
        SensitivityMaps.of(sums),
    )


def _named(key: str) -> FeatureSet:
    nothing = torch.empty(0, 0), torch.empty(0, dtype=torch.int64)
    return FeatureSet(key, key, "", identity=lambda: key, features=lambda: nothing)
