"""What a detector's stream is compared with, read from its file without its model."""

from dataclasses import dataclass
from pathlib import Path

from opnp.detector import archive
from opnp.detector.manifest import DetectorManifest
from opnp.detector.reference import Reference, read_reference
from opnp.errors import InvalidDataError
from opnp.monitor.baseline import Baseline

GRAPH = ".onnx"


@dataclass(frozen=True)
class WatchedDetector:
    """A detector without its model.

    Attributes:
        title: What it is a detector of, and since when.
        source: Title of the ID test set.
        baseline: The held-out half of that set under the detector.
    """

    title: str
    source: str
    baseline: Baseline


def baseline_of(reference: Reference, manifest: DetectorManifest) -> Baseline:
    """Return the held-out ID images of a detector as a baseline.

    Args:
        reference: That the detector carries.
        manifest: With its class names and thresholds.
    """
    scores = reference.scores.double().numpy()
    return Baseline(
        scores,
        reference.images,
        reference.rejected,
        reference.classes,
        manifest.class_names,
        manifest.threshold,
        manifest.class_thresholds,
    )


def read_watched(path: Path) -> WatchedDetector:
    """Read what is needed to watch a detector's scores; its model need not be on this machine.

    Raises:
        MissingDataError: If there is no such file.
        InvalidDataError: If it is a graph, which keeps no scores beside it, damaged, foreign or hostile, or
            of before detectors carried ID scores.
    """
    if path.suffix.lower() == GRAPH:
        raise InvalidDataError(
            f"Expected a detector's zip to monitor with but {path.name!r} is its ONNX graph. "
            "Pass the zip that was made with it; both score alike."
        )
    return watched_from_bytes(archive.read(path))


def watched_from_bytes(data: bytes) -> WatchedDetector:
    """Read it as `read_watched` does, from the bytes of a zip."""
    values, tensors = archive.unpack(data)
    manifest = DetectorManifest(values)
    reference = read_reference(values, tensors, manifest.threshold)
    if reference is None:
        raise InvalidDataError(
            "Expected a detector that carries scores of ID images but this one was made before detectors "
            "did. Make it again: python -m opnp deploy."
        )
    return WatchedDetector(manifest.title, reference.source, baseline_of(reference, manifest))
