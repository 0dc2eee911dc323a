"""The page, a detector in another process, and its graph, with this package and without: the same numbers."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app import cached
from opnp.config import Pruning
from opnp.detector import Detector
from opnp.detector.build import make_detector
from opnp.detector.export import export_onnx
from opnp.threshold.plan import plan
from opnp.threshold.rules import AcceptId

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")
EACH = 25
WINDOWS = Pruning(weights=(0, 99), neurons=(5, 100))
DOCS = Path(__file__).parents[2] / "docs" / "detector.md"
LOAD = """
import json, sys
import numpy, opnp, torch
torch.set_num_threads(1)
images = numpy.load(sys.argv[2], allow_pickle=False)
for said in opnp.Detector.load(sys.argv[1])(images):
    print(json.dumps({"class": said.class_name, "score": said.score, "is_ood": said.is_ood}))
"""


@pytest.fixture
def page(dashboard):
    query = {"weights": ["0", "99"], "neurons": ["5", "100"]}
    return dashboard("deploy", **query)


@pytest.fixture
def explorer(page):
    assert not page.exception
    return cached.ready("fashion")


@pytest.fixture
def files(explorer, tmp_path):
    """The detector's zip and graph, and the first images of every set as a folder and as an array."""
    snapshot = explorer.at(WINDOWS)
    planned = plan(explorer, snapshot, list(explorer.prepared.ood), AcceptId(), ood_share=0.1)
    detector = make_detector(explorer, snapshot, planned)
    detector.save(tmp_path / "detector.zip")
    export_onnx(detector, tmp_path / "detector.onnx")
    experiment, folder = explorer.prepared.experiment, tmp_path / "pictures"
    folder.mkdir()
    sets = (experiment.id_test, *experiment.ood)
    pictures = [opened[row][0] for opened in [images.open() for images in sets] for row in range(EACH)]
    for place, picture in enumerate(pictures):
        picture.save(folder / f"{place:03}.png")
    np.save(tmp_path / "images.npy", np.stack([np.asarray(picture) for picture in pictures]))
    return tmp_path


@pytest.fixture
def on_the_page(explorer):
    """Class, score and verdict of each image, as the page's gallery and figures have them."""
    snapshot = explorer.at(WINDOWS)
    names = explorer.prepared.classifier.class_names
    threshold = plan(explorer, snapshot, list(explorer.prepared.ood), AcceptId()).threshold
    said = [
        (names[int(part.predicted[row])], float(part.scores[row]))
        for part in (snapshot.id_test, *snapshot.ood.values())
        for row in range(EACH)
    ]
    return [{"class": name, "score": score, "is_ood": score < threshold} for name, score in said]


def says(*command) -> list[dict]:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def agree(rows, expected):
    assert [row["class"] for row in rows] == [row["class"] for row in expected]
    assert [row["is_ood"] for row in rows] == [row["is_ood"] for row in expected]
    assert [row["score"] for row in rows] == pytest.approx([row["score"] for row in expected], abs=1e-4)
    assert {row["is_ood"] for row in rows} == {True, False}


def test_all_of_them_agree(page, files, on_the_page):
    shown = next(metric.value for metric in page.metric if metric.label == "Threshold")
    assert shown == f"{Detector.load(files / 'detector.zip').threshold:.3f}"
    agree(says("-c", LOAD, files / "detector.zip", files / "images.npy"), on_the_page)
    scored = []
    for name in ("detector.zip", "detector.onnx"):
        score = ("-m", "opnp", "score", files / name, files / "pictures", "--json", "--device", "cpu")
        scored.append(says(*score, "--false-discovery", "10"))
        agree(scored[-1], on_the_page)
    p_values = [[row["p_value"] for row in rows] for rows in scored]
    assert p_values[1] == pytest.approx(p_values[0], abs=2 / 2001)
    rejected = [sum(row["rejected"] for row in rows) for rows in scored]
    assert abs(rejected[0] - rejected[1]) <= 2
    assert min(rejected) > EACH
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    judge = next(block for block in blocks if "onnxruntime" in block)
    without = f"import sys\nsys.modules['torch'] = sys.modules['opnp'] = None\n{judge}"
    pictures = sorted((files / "pictures").iterdir())
    agree(says("-c", without, files / "detector.onnx", *pictures), on_the_page)
