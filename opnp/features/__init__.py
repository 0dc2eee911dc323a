"""Extraction of features from images to disk, at any size: resumable, shared by processes, memory flat.

`extract_to_disk` runs a classifier's backbone over an image set into chunk files, which `StoredFeatures`
reads. A chunk is a safetensors file of 2048 images, written beside its place and renamed, and says itself
which request it belongs to. So any set of chunk files is a valid place to go on from, and processes need not
talk while they work. The manifest names the request (model, data, transform, number format) when the run
begins; when all chunks are there it is written anew, with the rows of each and the images that were skipped.

Nothing on disk is believed: each read compares whose chunk it is, which, its shape and every byte
(`chunk_files`), at no measurable cost beside the copying. What is damaged is extracted again, that chunk
alone (`mending`), and said in the log.
"""

from opnp.features.errors import (
    DamagedFeaturesError,
    ForeignFeaturesError,
    IncompleteFeaturesError,
    StorageError,
)
from opnp.features.extract import extract_to_disk
from opnp.features.loader import Skip
from opnp.features.processes import ALONE, Processes, joined
from opnp.features.progress import ExtractionProgress
from opnp.features.settings import ExtractionSettings, FeatureFormat
from opnp.features.stored import StoredFeatures

__all__ = [
    "ALONE",
    "DamagedFeaturesError",
    "ExtractionProgress",
    "ExtractionSettings",
    "FeatureFormat",
    "ForeignFeaturesError",
    "IncompleteFeaturesError",
    "Processes",
    "Skip",
    "StorageError",
    "StoredFeatures",
    "extract_to_disk",
    "joined",
]
