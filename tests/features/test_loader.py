"""Loader processes under every start method, and what foreign transforms, data sets and models do wrong."""

import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from extraction_toy import SETTINGS, Net, SeededImages, classifier, image_set, to_tensor
from PIL import Image

from opnp.errors import InvalidDataError
from opnp.features import extract_to_disk
from opnp.features.library import extract_into
from opnp.models import split

PROGRAM = """
import multiprocessing, sys, torch
from pathlib import Path
from opnp.data.image_set import ImageSet
from opnp.features import ExtractionSettings, extract_to_disk
from opnp.experiments.sources.classifiers.python import PythonClassifier
from opnp.experiments.sources.files import FileImages
from opnp.experiments.sources.table_location import Place

def main():
    torch.set_num_threads(1)
    multiprocessing.set_start_method(sys.argv[1])
    here = Path(sys.argv[2])
    classifier = PythonClassifier("net.py:make").load(Place(here / "mine.toml", experiment="mine"))
    files = FileImages(tuple(sorted(here.glob("*.png"))))
    images = ImageSet("toy", "Toy", "", lambda: "x", lambda: files)
    settings = ExtractionSettings("float32", batch_size=4, workers=int(sys.argv[3]))
    stored = extract_to_disk(classifier, images, here / sys.argv[4], settings)
    torch.save(stored.load().features, here / f"{sys.argv[4]}.pt")

if __name__ == "__main__":
    main()
"""
NET = """
import torch
from torch import nn
from torchvision import transforms
from helper import shrink

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body, self.fc = nn.Sequential(nn.Flatten(), nn.Linear(192, 16), nn.ReLU()), nn.Linear(16, 3)

    def forward(self, x):
        return self.fc(self.body(x))

def late(tensor):
    from later import DOUBLE
    return tensor * DOUBLE

def make():
    steps = [transforms.Lambda(lambda image: shrink(image)), transforms.ToTensor(), transforms.Lambda(late)]
    return Net(), transforms.Compose(steps)
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    here = tmp_path_factory.mktemp("world")
    (here / "net.py").write_text(NET)
    (here / "helper.py").write_text("def shrink(image):\n    return image.convert('RGB').resize((8, 8))\n")
    (here / "later.py").write_text("DOUBLE = 2\n")
    (here / "program.py").write_text(PROGRAM)
    for number in range(9):
        pixels = np.random.default_rng(number).integers(0, 256, (10, 10, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(here / f"{number}.png")
    return here


def run(world, start_method, workers, name):
    command = [sys.executable, str(world / "program.py"), start_method, str(world), str(workers), name]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return torch.load(world / f"{name}.pt")


@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_a_strangers_transform_runs_in_loader_processes_however_they_start(world, start_method):
    alone = run(world, "fork", 0, f"alone-{start_method}")
    assert torch.equal(run(world, start_method, 2, start_method), alone)


def test_what_cannot_be_sent_is_read_in_this_process_and_said(tmp_path):
    program = textwrap.dedent(
        """
        import logging, multiprocessing, sys, threading, torch
        from pathlib import Path
        from dataclasses import replace
        from extraction_toy import SETTINGS, SeededImages, classifier, image_set, to_tensor
        from opnp.features import extract_to_disk
        if __name__ == "__main__":
            logging.basicConfig(level=logging.WARNING)
            multiprocessing.set_start_method("spawn")
            lock = threading.Lock()
            def transform(image):
                with lock:
                    return to_tensor(image)
            net = replace(classifier(), transform=transform)
            settings = replace(SETTINGS, workers=2)
            stored = extract_to_disk(net, image_set(SeededImages(30)), Path(sys.argv[1]), settings)
            assert len(stored) == 30
        """
    )
    file = tmp_path / "program.py"
    file.write_text(program)
    done = subprocess.run(
        [sys.executable, str(file), str(tmp_path / "f")], capture_output=True, text=True, env=_with_tests()
    )
    assert done.returncode == 0, done.stderr
    assert (
        "Images are read in this process, without others: it raised TypeError: cannot pickle" in done.stderr
    )


def _with_tests():
    tests = Path(__file__).parents[1]
    return {**os.environ, "PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}"}


class Odd(SeededImages):
    """Gives an odd label, or raises, for image 7."""

    def __init__(self, what):
        super().__init__(20)
        object.__setattr__(self, "what", what)

    def __getitem__(self, index):
        image, label = super().__getitem__(index)
        if index != 7:
            return image, label
        if isinstance(self.what, Exception):
            raise self.what
        return image, self.what


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (KeyError("class_x"), r"image 7 as \(PIL image, label\) but .* raised KeyError: 'class_x'"),
        (AttributeError("no x"), "raised AttributeError: no x"),
        ("cat", "the label of image 7 to be a class index but got str"),
        (1.5, "the label of image 7 to be a class index but got float"),
        ((1, 2), "got tuple"),
    ],
)
def test_a_data_set_that_fails_is_one_sentence(tmp_path, what, said):
    with pytest.raises(InvalidDataError, match=said):
        extract_to_disk(classifier(), image_set(Odd(what)), tmp_path / "f", SETTINGS)


@pytest.mark.parametrize("what", [np.int64(2), torch.tensor(2), np.uint8(2)])
def test_a_label_may_be_any_whole_number(tmp_path, what):
    stored = extract_to_disk(classifier(), image_set(Odd(what)), tmp_path / "f", SETTINGS)
    assert int(stored.load().labels[7]) == 2


@pytest.mark.parametrize(
    ("transform", "said"),
    [
        (lambda _: {}[0], r"accept image 0 \(L, 8×8\) but .* raised KeyError"),
        (lambda _: np.zeros((1, 8, 8)), "give a tensor but it gave ndarray. End it with ToTensor"),
        (
            lambda _: torch.zeros(1, 9, 9),
            r"to take images of shape \(16, 1, 9, 9\) .* raised RuntimeError: mat1",
        ),
    ],
)
def test_a_transform_or_a_model_that_fails_is_one_sentence(tmp_path, transform, said):
    net = replace(classifier(), transform=transform)
    with pytest.raises(InvalidDataError, match=said):
        extract_to_disk(net, image_set(SeededImages(30)), tmp_path / "f", SETTINGS)


def large_features():
    net = Net()
    with torch.no_grad():
        net.body[3].weight.mul_(1e9)
    names = tuple("abcde")
    return split(net, torch.rand(4, 1, 8, 8), transform=to_tensor, transform_id="toy", class_names=names)


def test_features_beyond_float16_are_kept_in_float32_and_said(tmp_path, caplog):
    half = replace(SETTINGS, format="float16")
    stored = extract_into(tmp_path, large_features(), image_set(SeededImages(60)), half)
    assert stored.manifest.request.format == "float32"
    assert float(stored.load().features.abs().max()) > 65504
    assert "Toy images: float16 is too small for a feature, so all are kept in float32." in caplog.text
