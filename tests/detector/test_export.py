import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn
from toy_experiment import to_pixels

from opnp.detector import export
from opnp.errors import InvalidDataError, MissingDataError, UnsupportedModelError

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


@pytest.fixture
def inputs(blobs):
    return torch.from_numpy(to_pixels(blobs.test)[:, 0] / np.float32(25.5) - 5)


def check(detector, inputs, logits, score, is_ood, p_value):
    results = detector(inputs)
    names = detector.manifest.class_names
    assert [names[c] for c in np.argmax(logits, 1)] == [r.class_name for r in results]
    assert np.asarray(is_ood).tolist() == [r.is_ood for r in results]
    assert np.asarray(score).tolist() == pytest.approx([r.score for r in results], abs=1e-4)
    assert p_value.dtype == np.float32
    exact = detector.reference.p_values(torch.from_numpy(np.asarray(score)))
    assert np.array_equal(p_value, exact.astype(np.float32))


def test_onnxruntime_agrees_on_the_whole_set(detector, inputs, tmp_path):
    path = tmp_path / "detector.onnx"
    assert 0 <= export.export_onnx(detector, path) < 1e-4
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    check(detector, inputs, *session.run(["logits", "score", "is_ood", "p_value"], {"image": inputs.numpy()}))
    for count in (1, 3):
        assert session.run(["is_ood"], {"image": inputs[:count].numpy()})[0].shape == (count,)
    model = onnx.load(path)
    assert {entry.domain: entry.version for entry in model.opset_import}[""] == export.OPSET
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert float(said["threshold"]) == detector.threshold
    assert "higher" in said["score"]
    assert json.loads(said["promise"]) == detector.manifest.values["promise"]
    assert json.loads(said["reference"]) == detector.reference.entry()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["detector.onnx"]


def test_the_program_agrees_on_the_whole_set(detector, inputs, tmp_path):
    export.export_program(detector, tmp_path / "detector.pt2")
    program = torch.export.load(tmp_path / "detector.pt2").module()
    check(detector, inputs, *(out.detach().numpy() for out in program(inputs)))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["detector.pt2"]


@pytest.mark.parametrize("count", [1, 2, 3, 100, 127, 128, 1_000, 20_000])
def test_p_values_of_a_graph_are_counts_whatever_their_number(detector, count):
    known = np.sort(np.random.default_rng(count).choice(50, count).astype(np.float32))
    reference = dataclasses.replace(detector.reference, scores=torch.from_numpy(known))
    graph = export.DetectorGraph(dataclasses.replace(detector, reference=reference))
    scores = torch.tensor([-torch.inf, -1.0, *range(50), 0.5, 1e9, torch.inf])
    assert np.array_equal(graph.p_values(scores), reference.p_values(scores).astype(np.float32))
    assert float(graph.p_values(torch.tensor([torch.nan]))) == np.float32(1 / (count + 1))


def test_a_detector_of_before_has_a_graph_of_before(detector, tmp_path):
    export.export_onnx(dataclasses.replace(detector, reference=None), tmp_path / "detector.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "detector.onnx", providers=["CPUExecutionProvider"])
    assert [node.name for node in session.get_outputs()] == ["logits", "score", "is_ood"]
    assert "reference" not in session.get_modelmeta().custom_metadata_map


def test_a_graph_that_disagrees_is_not_written(detector, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    with pytest.raises(InvalidDataError, match="Nothing was written"):
        export.export_onnx(detector, tmp_path / "detector.onnx")
    assert not list(tmp_path.glob("*.onnx"))


def test_without_the_extra_it_says_what_to_install(detector, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    with pytest.raises(MissingDataError, match=r"opnp\[export\]"):
        export.export_onnx(detector, tmp_path / "detector.onnx")


def test_a_model_too_large_for_one_file_says_so(detector, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "LARGEST", 100)
    with pytest.raises(UnsupportedModelError, match="one ONNX file, 1e-07 GB at most"):
        export.export_onnx(detector, tmp_path / "detector.onnx")
    assert not list(tmp_path.glob("*.onnx"))


class Fickle(nn.Module):
    """Does what no exporter can follow."""

    def forward(self, points):
        return points if points.sum().item() > 0 else -points


@pytest.mark.parametrize("method", ["export_onnx", "export_program"])
def test_a_model_that_cannot_be_followed_is_a_sentence(detector, tmp_path, method):
    body = detector.classifier.backbone.body
    detector.classifier.backbone.body = nn.Sequential(Fickle(), *body)
    with pytest.raises(UnsupportedModelError, match="use the detector's zip"):
        getattr(export, method)(detector, tmp_path / "file")
    assert not (tmp_path / "file").exists()


class WritesIntoItsInput(nn.Module):
    def forward(self, points):
        return points.mul_(0.5)


def test_a_model_that_writes_into_its_input_is_exported_as_it_is(detector, tmp_path):
    examples = detector.examples.clone()
    body = detector.classifier.backbone.body
    detector.classifier.backbone.body = nn.Sequential(WritesIntoItsInput(), *body)
    try:
        export.export_onnx(detector, tmp_path / "detector.onnx")
    finally:
        detector.classifier.backbone.body = body
    assert torch.equal(detector.examples, examples)
