"""Sources of classifiers, by the name that `[classifier] source` gives them."""

from opnp.sources.base import ClassifierSource
from opnp.sources.classifiers.checkpoint import CheckpointClassifier
from opnp.sources.classifiers.features_only import FeaturesOnly
from opnp.sources.classifiers.hub import HubClassifier
from opnp.sources.classifiers.python import PythonClassifier
from opnp.sources.classifiers.timm import TimmClassifier
from opnp.sources.classifiers.torchvision import TorchvisionClassifier

CLASSIFIERS: dict[str, type[ClassifierSource]] = {
    "torchvision": TorchvisionClassifier,
    "checkpoint": CheckpointClassifier,
    "python": PythonClassifier,
    "torch.hub": HubClassifier,
    "timm": TimmClassifier,
    "features": FeaturesOnly,
}
