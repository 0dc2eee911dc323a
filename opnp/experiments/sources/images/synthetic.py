"""Source `generated`: synthetic image families of the built-in experiment, at any size and number."""

from dataclasses import dataclass

from opnp.data.image_set import ArrayImages, LabelledImages, Missing, content_identity
from opnp.experiments.builtin import synthetic
from opnp.experiments.builtin.identity import drawn_with
from opnp.experiments.sources.base import ImageSource
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.typed_table import one_of

_LARGEST, _MOST, _MOST_PIXELS = 1024, 1_000_000, 2 * 10**9

_FAMILIES = {
    "letters": synthetic.letters,
    "noise": synthetic.uniform_noise,
    "patches": synthetic.photograph_patches,
    "textures": synthetic.textures,
}


@dataclass(frozen=True)
class GeneratedImages(ImageSource):
    """A table with `source = "generated"`.

    Attributes:
        name: letters, noise, patches or textures.
        size: Side in pixels.
        count: Number of images; `seed` of the same table says which.
    """

    name: str
    size: int = 32
    count: int = 2000

    def open(self, place: Place) -> LabelledImages:
        """Draw the images: grey, without labels."""
        self.missing(place)
        family = _FAMILIES[self.name]
        return ArrayImages(family(self.count, place.seed, self.size))

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return nothing, if there is such a family."""
        one_of("name", self.name, _FAMILIES, place)
        for key, number, most in (("size", self.size, _LARGEST), ("count", self.count, _MOST)):
            if not 1 <= number <= most:
                raise place.wrong(key, f"between 1 and {most:,}", str(number))
        if self.size * self.size * self.count > _MOST_PIXELS:
            remedy = "Draw fewer or smaller ones: they are made in memory."
            raise place.wrong("count", f"at most {_MOST_PIXELS // self.size**2:,}", str(self.count), remedy)
        return ()

    def identity(self, place: Place) -> str:
        """Return the identity by the numbers above and the code and libraries that draw."""
        one_of("name", self.name, _FAMILIES, place)
        return content_identity(
            self.name, *map(str, (self.size, self.count, place.seed)), drawn_with("synthetic")
        )
