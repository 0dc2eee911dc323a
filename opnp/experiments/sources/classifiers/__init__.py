"""Sources of classifiers, by the name that `[classifier] source` gives them."""

from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.classifiers.checkpoint import CheckpointClassifier
from opnp.experiments.sources.classifiers.features_only import FeaturesOnly
from opnp.experiments.sources.classifiers.hub import HubClassifier
from opnp.experiments.sources.classifiers.huggingface import HuggingFaceClassifier
from opnp.experiments.sources.classifiers.python import PythonClassifier
from opnp.experiments.sources.classifiers.timm import TimmClassifier
from opnp.experiments.sources.classifiers.torchvision import TorchvisionClassifier

CLASSIFIERS: dict[str, type[ClassifierSource]] = {
    "torchvision": TorchvisionClassifier,
    "checkpoint": CheckpointClassifier,
    "python": PythonClassifier,
    "torch.hub": HubClassifier,
    "huggingface": HuggingFaceClassifier,
    "timm": TimmClassifier,
    "features": FeaturesOnly,
}
