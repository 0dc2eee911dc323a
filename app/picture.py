"""A picture that a visitor brought or picked, decoded."""

from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True)
class Picture:
    """One picture that was read.

    Attributes:
        name: As the visitor calls it.
        image: As it was decoded.
        note: What was done to it on the way, if anything.
        digest: Of its bytes, for caches.
    """

    name: str
    image: Image.Image
    note: str | None
    digest: str
