"""The whole of Fashion-MNIST as Debian's package installs it."""

from dataclasses import dataclass

from opnp.datasets import ArrayImages, LabelledImages, Missing, require_present
from opnp.embedded import full
from opnp.embedded.experiments import missing_fashion
from opnp.sources.base import ImageSource
from opnp.sources.files import files_identity
from opnp.sources.place import Place
from opnp.sources.tables import one_of


@dataclass(frozen=True)
class InstalledFashion(ImageSource):
    """A table with `source = "fashion-mnist"`.

    Attributes:
        split: train or test.
    """

    split: str

    def open(self, place: Place) -> LabelledImages:
        """60 000 training or 10 000 test images."""
        require_present(self.missing(place))
        split = one_of("split", self.split, ("train", "test"), place)
        return ArrayImages(*(full.full_fashion_train() if split == "train" else full.full_fashion_test()))

    def identity(self, place: Place) -> str:
        """By the split and the installed files."""
        one_of("split", self.split, ("train", "test"), place)
        folder = full.FASHION_FOLDER
        return files_identity(sorted(folder.glob("*.gz")), folder, "fashion-mnist", self.split)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """The package."""
        one_of("split", self.split, ("train", "test"), place)
        return missing_fashion()
