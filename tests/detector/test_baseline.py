import dataclasses
import shutil

import numpy as np
import pytest

from opnp.detector.baseline import read_watched
from opnp.errors import InvalidDataError, MissingDataError

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


def test_a_file_is_watched_without_its_model(saved, detector, monkeypatch):
    def no_model(*_):
        raise AssertionError("Expected no model to be built.")

    monkeypatch.setattr("opnp.detector.detector.load_experiment", no_model)
    watched, baseline = read_watched(saved), read_watched(saved).baseline
    assert watched.title == detector.title
    assert watched.source == detector.reference.source
    assert baseline.scores.tolist() == detector.reference.scores.tolist()
    assert baseline.rejected == np.sum(baseline.scores < detector.threshold)
    assert (baseline.threshold, baseline.class_names) == (detector.threshold, detector.manifest.class_names)
    assert baseline.images == sum(baseline.classes)


def test_a_detector_of_before_there_were_references_is_refused(detector, tmp_path):
    path = tmp_path / "old.zip"
    values = {key: value for key, value in detector.manifest.values.items() if key != "reference"}
    old = dataclasses.replace(detector.manifest, values=values)
    dataclasses.replace(detector, manifest=old, reference=None).save(path)
    with pytest.raises(InvalidDataError, match=r"made before detectors did\. Make it again"):
        read_watched(path)


def test_a_graph_is_refused_and_a_file_that_is_not_there_too(saved, tmp_path):
    graph = shutil.copy(saved, tmp_path / "detector.onnx")
    with pytest.raises(InvalidDataError, match=r"'detector\.onnx' is its ONNX graph\. Pass the zip"):
        read_watched(graph)
    with pytest.raises(MissingDataError, match=r"'none\.zip' to be a detector but it cannot be opened"):
        read_watched(tmp_path / "none.zip")
