"""From a folder of transformers and a Parquet file to one ONNX graph, which needs neither to judge one."""

import json
import sys

import numpy as np
import pytest
from huggingface_toys import NAMES, pets
from PIL import Image

from opnp._utils.torchvision import import_torchvision
from opnp.detector.export import export_onnx
from opnp.detector.onnx_detector import GraphDetector
from opnp.experiments.toml_file import read_experiment
from recipes.huggingface_families import FAMILIES, built

for package in ("onnx", "onnxruntime", "onnxscript"):
    pytest.importorskip(package)

FILE = """
[experiment]
title = "Pets"

[classifier]
source = "huggingface"
model = "net"

[id.train]
source = "huggingface"
path = "pets.parquet"

[id.test]
source = "huggingface"
path = "pets.parquet"

[[ood]]
key = "noise"
source = "generated"
name = "noise"
size = 32
count = 2
"""


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    """A Swin, whose attention in windows ONNX's exporter finds hard, with the processor of MobileViT."""
    import_torchvision()
    import transformers

    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    architecture, settings = FAMILIES["swin"]
    model = built(architecture, settings)
    model.config.id2label = dict(enumerate((*NAMES, "eel", "fox")))
    model.save_pretrained(tmp_path / "net")
    processor = transformers.MobileViTImageProcessor(size={"shortest_edge": 37}, crop_size=32)
    processor.save_pretrained(tmp_path / "net")
    pets((2, 0, 1, 0, 1, 2)).to_parquet(str(tmp_path / "pets.parquet"))
    (tmp_path / "pets.toml").write_text(FILE)
    return read_experiment(tmp_path / "pets.toml")


def test_the_graph_judges_by_itself_as_the_detector_does(experiment, made_up_detector, tmp_path, monkeypatch):
    classifier = experiment.classifier()
    assert classifier.class_names == (*NAMES, "eel", "fox")
    detector = made_up_detector(experiment, classifier, "Pets", 1.6)
    export_onnx(detector, tmp_path / "detector.onnx")
    noise = np.random.default_rng(3).integers(0, 256, (2, 61, 90, 3), dtype=np.uint8)
    pictures = [Image.fromarray(pixels) for pixels in (*noise, noise[0, :, :38])]
    expected = detector.judge([detector.prepared(picture) for picture in pictures])
    for name in ("transformers", "datasets"):
        monkeypatch.setitem(sys.modules, name, None)
    graph = GraphDetector.load(tmp_path / "detector.onnx")
    said = graph.judge([graph.prepared(picture) for picture in pictures])
    assert [r.class_name for r in said] == [r.class_name for r in expected]
    assert [r.score for r in said] == pytest.approx([r.score for r in expected], abs=1e-4)
    assert json.loads(json.dumps(graph.preprocessing.plain()))["reverse"] is True
