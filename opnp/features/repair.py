"""Extract a damaged chunk again from the images while its features are being read."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from opnp._utils.foreign_code import foreign
from opnp.data.image_set import ImageSet
from opnp.features import chunks
from opnp.features.chunk_reader import read_chunk
from opnp.features.errors import DamagedFeaturesError
from opnp.features.manifest import ExtractionManifest, write_manifest
from opnp.features.request import Request
from opnp.features.settings import ExtractionSettings
from opnp.features.stored import Mend
from opnp.models import Classifier
from opnp.store import locks

Extract = Callable[[Classifier, ImageSet, Path, ExtractionSettings], object]


def mender(
    extract: Extract,
    classifier: Classifier,
    images: ImageSet,
    folder: Path,
    request: Request,
    settings: ExtractionSettings,
) -> Mend:
    """Return a function that extracts a chunk of `folder` again; concurrent callers wait and share it.

    Args:
        extract: Extracts what is not there: `extract_to_disk`.
        classifier: The model that made the features.
        images: What they are of.
        folder: Where they lie.
        request: What the extraction is of.
        settings: As the features were made.

    Returns:
        What raises an OpnpError when the images are gone, are others than before, or the model now computes
        in another precision: then the chunk is removed, and the next run extracts anew.
    """
    images = replace(images, open=cache(images.open))

    def mend(number: int) -> None:
        with locks.alone(turn(folder)), foreign(f"the images of {images.title} to be read again"):
            if _is_whole(folder, request, number):
                return
            now = Request.of(classifier, images, len(images.open()), settings)
            write_manifest(folder, ExtractionManifest(request))
            chunks.remove(folder, [number])
            if now != request:
                raise DamagedFeaturesError(
                    f"Expected to extract chunk {number} of {images.title} again, which was damaged, but its "
                    f"{' and '.join(request.differences(now))} are not what they were. "
                    "Try again: all of it is then extracted as it is now."
                )
            extract(classifier, images, folder, settings)

    return mend


def turn(folder: Path) -> Path:
    """Return the lock of those who want the same features: one extracts, the others wait."""
    return folder.with_name(f".{folder.name}.turn")


def _is_whole(folder: Path, request: Request, number: int) -> bool:
    try:
        read_chunk(folder, request, number)
    except (FileNotFoundError, chunks.DamagedChunkError):
        return False
    return True
