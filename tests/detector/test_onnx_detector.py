"""An exported graph judges pictures by itself as the detector does, and what is no such graph is refused."""

import dataclasses
import json

import pytest
import torch
from PIL import Image
from sklearn.datasets import load_sample_image

from opnp.detector.export import export_onnx
from opnp.detector.manifest import DetectorManifest
from opnp.detector.onnx_detector import GraphDetector
from opnp.detector.reference import Reference
from opnp.errors import InvalidDataError, MissingDataError
from opnp.evaluation.splits import Half
from opnp.experiments.builtin.data import fashion_test, ood_images

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


@pytest.fixture(scope="module")
def remembering(fashion_detector):
    """The detector with a reference of its own scores, made up."""
    scores = torch.linspace(2, 12, 500)
    reference = Reference(scores, Half.REPORT, "Made up", 500, (50,) * 10, int((scores < 5).sum()))
    return dataclasses.replace(fashion_detector, reference=reference)


@pytest.fixture(scope="module")
def exported(remembering, tmp_path_factory):
    path = tmp_path_factory.mktemp("graph") / "detector.onnx"
    export_onnx(remembering, path)
    return path


def test_it_judges_as_the_detector_does(remembering, exported):
    graph = GraphDetector.load(exported)
    pictures = [Image.fromarray(p) for p in (*fashion_test()[0][:40], *ood_images("noise")[:10])]
    pictures += [Image.fromarray(load_sample_image("china.jpg")), Image.new("RGBA", (7, 90))]
    expected = remembering.judge([remembering.prepared(picture) for picture in pictures])
    said = graph.judge([graph.prepared(picture) for picture in pictures])
    assert [(r.class_name, r.is_ood) for r in said] == [(r.class_name, r.is_ood) for r in expected]
    assert [r.score for r in said] == pytest.approx([r.score for r in expected], abs=1e-4)
    assert [r.confidence for r in said] == pytest.approx([r.confidence for r in expected], abs=1e-4)
    assert {r.is_ood for r in said} == {True, False}
    own = remembering.reference.p_values(torch.tensor([r.score for r in said]))
    assert [r.p_value for r in said] == own.tolist()
    assert len(set(own)) > 30
    assert graph.judge([]) == []
    assert graph.title == remembering.title == "Detector of 2026-01-02 for Fashion"
    assert graph.threshold == remembering.threshold


def judged(path, picture):
    graph = GraphDetector.load(path)
    return graph.judge([graph.prepared(picture)])


PLAIN = {"mode": "L", "resize": [28, 28], "crop": None, "interpolation": "bilinear", "mean": [0], "std": [1]}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("classes", None),
        ("classes", "[1]"),
        ("classes", '["one"]'),
        ("threshold", "much"),
        ("threshold", "NaN"),
        ("class_thresholds", "null"),
        ("class_thresholds", "[1.5]"),
        ("class_thresholds", "[" + "NaN, " * 9 + "1.0]"),
        ("reference", None),
        ("reference", "3"),
        ("reference", "{}"),
        ("reference", '{"n": 0}'),
        ("reference", '{"n": true}'),
        ("reference", '{"n": 1e300}'),
        ("reference", '{"n": 10000000}'),
        ("reference", '{"n": 250}'),
        ("preprocessing", None),
        ("preprocessing", "[" * 100_000),
        ("preprocessing", "3"),
        *(
            ("preprocessing", json.dumps(PLAIN | changed))
            for changed in (
                {"mode": "P"},
                {"resize": "28"},
                {"resize": [10**9, 28]},
                {"resize": [0, 28]},
                {"resize": []},
                {"crop": []},
                {"crop": [1, 2, 3, 4]},
                {"interpolation": "magic"},
                {"mean": 0.5},
                {"mean": [0.1, 0.2]},
                {"std": [0]},
                {"std": ["x"]},
                {"resize": [14, 14], "mode": "RGB"},
            )
        ),
    ],
)
def test_a_graph_that_says_otherwise_is_refused(exported, tmp_path, key, value):
    model = onnx.load(exported)
    said = {entry.key: entry.value for entry in model.metadata_props} | {key: value}
    del model.metadata_props[:]
    for name, words in said.items():
        if words is not None:
            model.metadata_props.add(key=name, value=words)
    onnx.save(model, tmp_path / "changed.onnx")
    with pytest.raises(InvalidDataError, match="Expected an ONNX graph"):
        judged(tmp_path / "changed.onnx", Image.new("L", (40, 30)))


def test_a_graph_has_the_thresholds_of_the_classes(remembering, tmp_path):
    own = [3.0 + label for label in range(10)]
    manifest = DetectorManifest(remembering.manifest.values | {"class_thresholds": own})
    detector = dataclasses.replace(remembering, manifest=manifest)
    export_onnx(detector, tmp_path / "own.onnx")
    graph = GraphDetector.load(tmp_path / "own.onnx")
    pictures = [Image.fromarray(p) for p in (*fashion_test()[0][:40], *ood_images("noise")[:10])]
    expected = detector.judge([detector.prepared(picture) for picture in pictures])
    said = graph.judge([graph.prepared(picture) for picture in pictures])
    assert graph.class_thresholds == detector.class_thresholds == tuple(own)
    assert [(r.class_name, r.threshold, r.is_ood) for r in said] == [
        (r.class_name, r.threshold, r.is_ood) for r in expected
    ]
    assert len({r.threshold for r in said}) > 5


@pytest.mark.parametrize("data", [b"", b"no graph", b"PK\x03\x04"])
def test_a_file_that_is_none_is_refused(tmp_path, data):
    (tmp_path / "file.onnx").write_bytes(data)
    with pytest.raises(InvalidDataError, match="onnxruntime cannot read it"):
        GraphDetector.load(tmp_path / "file.onnx")


def test_another_graph_is_refused(tmp_path):
    value = onnx.helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, [1])
    other = onnx.helper.make_tensor_value_info("same", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["image"], ["same"])
    graph = onnx.helper.make_graph([node], "other", [value], [other])
    opset = [onnx.helper.make_opsetid("", 18)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), tmp_path / "other.onnx")
    with pytest.raises(InvalidDataError, match="its outputs are others"):
        GraphDetector.load(tmp_path / "other.onnx")


def test_a_file_or_a_runtime_that_is_missing_is_named(tmp_path, monkeypatch):
    with pytest.raises(MissingDataError, match=r"gone\.onnx"):
        GraphDetector.load(tmp_path / "gone.onnx")
    monkeypatch.setattr("opnp.detector.onnx_detector.find_spec", lambda _: None)
    with pytest.raises(MissingDataError, match=r"opnp\[export\]"):
        GraphDetector.load(tmp_path / "gone.onnx")


def test_a_graph_of_before_judges_without_p_values(exported, tmp_path):
    model = onnx.load(exported)
    del model.graph.output[-1]
    kept = [entry for entry in model.metadata_props if entry.key != "reference"]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    onnx.save(model, tmp_path / "before.onnx")
    picture = Image.new("L", (40, 30))
    before, now = judged(tmp_path / "before.onnx", picture), judged(exported, picture)
    assert before == [dataclasses.replace(now[0], p_value=None)]


def test_a_transform_that_cannot_be_described_leaves_the_graph_to_who_knows_it(fashion_detector, tmp_path):
    classifier = fashion_detector.classifier
    secret = dataclasses.replace(classifier, transform=lambda image: classifier.transform(image).clone())
    export_onnx(dataclasses.replace(fashion_detector, classifier=secret), tmp_path / "detector.onnx")
    with pytest.raises(InvalidDataError, match="does not say how a picture enters it"):
        GraphDetector.load(tmp_path / "detector.onnx")
