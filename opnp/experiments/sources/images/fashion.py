"""Source `fashion-mnist`: the full Fashion-MNIST as Debian's package installs it."""

from dataclasses import dataclass

from opnp.data.image_set import ArrayImages, LabelledImages, Missing, require_present
from opnp.experiments.builtin import fashion_full
from opnp.experiments.builtin.fashion_full import missing_fashion
from opnp.experiments.sources.base import ImageSource
from opnp.experiments.sources.files import files_identity
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.typed_table import one_of


@dataclass(frozen=True)
class InstalledFashion(ImageSource):
    """A table with `source = "fashion-mnist"`.

    Attributes:
        split: train or test.
    """

    split: str

    def open(self, place: Place) -> LabelledImages:
        """Return 60 000 training or 10 000 test images."""
        require_present(self.missing(place))
        split = one_of("split", self.split, ("train", "test"), place)
        return ArrayImages(*(fashion_full.load_train() if split == "train" else fashion_full.load_test()))

    def identity(self, place: Place) -> str:
        """Return the identity by the split and the installed files."""
        one_of("split", self.split, ("train", "test"), place)
        folder = fashion_full.FASHION_FOLDER
        return files_identity(sorted(folder.glob("*.gz")), folder, "fashion-mnist", self.split)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the package, if it is not installed."""
        one_of("split", self.split, ("train", "test"), place)
        return missing_fashion()
