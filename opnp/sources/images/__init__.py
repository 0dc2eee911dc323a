"""Sources of images, by the name that a set's `source` gives them."""

from opnp.sources.base import ImageSource
from opnp.sources.images.fashion import InstalledFashion
from opnp.sources.images.folder import FolderOfImages
from opnp.sources.images.generated import GeneratedImages
from opnp.sources.images.list_file import ListOfImages
from opnp.sources.images.torchvision import TorchvisionImages

IMAGES: dict[str, type[ImageSource]] = {
    "folder": FolderOfImages,
    "list": ListOfImages,
    "torchvision": TorchvisionImages,
    "generated": GeneratedImages,
    "fashion-mnist": InstalledFashion,
}
