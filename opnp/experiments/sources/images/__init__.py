"""Sources of images, by the name that a set's `source` gives them."""

from opnp.experiments.sources.base import ImageSource
from opnp.experiments.sources.images.fashion import InstalledFashion
from opnp.experiments.sources.images.folder import FolderOfImages
from opnp.experiments.sources.images.huggingface import HuggingFaceImages
from opnp.experiments.sources.images.list_file import ListOfImages
from opnp.experiments.sources.images.synthetic import GeneratedImages
from opnp.experiments.sources.images.torchvision import TorchvisionImages

IMAGES: dict[str, type[ImageSource]] = {
    "folder": FolderOfImages,
    "list": ListOfImages,
    "torchvision": TorchvisionImages,
    "huggingface": HuggingFaceImages,
    "generated": GeneratedImages,
    "fashion-mnist": InstalledFashion,
}
