"""Images to features on disk, at any size: resumable, shared by processes, memory flat.

`extract_to_disk` runs a classifier's backbone over an image set into chunk files, which `StoredFeatures`
reads. A chunk is a safetensors file of 2048 images, written beside its place and renamed, and says itself
which request it belongs to. So any set of chunk files is a valid place to go on from, and processes need not
talk while they work. The manifest names the request (model, data, transform, number format) when the run
begins; when all chunks are there it is written anew, with the rows of each and the images that were skipped.
"""

from opnp.extraction.errors import ExtractionCancelledError, ForeignFeaturesError, StorageError
from opnp.extraction.pace import Pace
from opnp.extraction.processes import ALONE, Processes, joined
from opnp.extraction.reading import Skip
from opnp.extraction.run import extract_to_disk
from opnp.extraction.settings import ExtractionSettings, FeatureFormat
from opnp.extraction.stored import StoredFeatures

__all__ = [
    "ALONE",
    "ExtractionCancelledError",
    "ExtractionSettings",
    "FeatureFormat",
    "ForeignFeaturesError",
    "Pace",
    "Processes",
    "Skip",
    "StorageError",
    "StoredFeatures",
    "extract_to_disk",
    "joined",
]
