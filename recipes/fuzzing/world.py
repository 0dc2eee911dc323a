"""A stranger's folder: net, pictures, arrays, experiment files; its figures by numpy and scikit-learn."""

import contextlib
import io
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.metrics import roc_auc_score

from opnp.evaluation.splits import Half, half_of

CLASSES, PER_CLASS, SIDE = ("a", "b", "c"), 4, 4
Arrays = dict[str, np.ndarray]
Figures = dict[str, float]
Scores = dict[str, list[float]]

NET = """\
import numpy as np
import torch
from torch import nn

WEIGHT = {weight}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3, bias=False)
        self.fc.weight.data = torch.tensor(WEIGHT)

    def forward(self, pixels):
        return self.fc(pixels.mean((2, 3)))

def transform(image):
    return torch.from_numpy(np.asarray(image.convert("RGB")).copy()).permute(2, 0, 1).float() / 255

def make():
    return Net(), transform
"""
WEIGHT = [[8.0, 1.0, -1.0], [-1.0, 8.0, 1.0], [1.0, -1.0, 8.0]]
PICTURES = """\
[experiment]
title = "Pictures"
key = "pictures"
[classifier]
source = "python"
factory = "net.py:make"
classes = ["a", "b", "c"]
[id.train]
source = "folder"
path = "train"
[id.test]
source = "folder"
path = "test"
[[ood]]
key = "far"
source = "folder"
path = "far"
[[ood]]
key = "near"
source = "folder"
path = "near"
"""
FEATURES = """\
[experiment]
title = "Arrays"
key = "arrays"
[classifier]
source = "features"
path = "arrays.npz"
classes = ["a", "b", "c"]
[[ood]]
key = "far"
[[ood]]
key = "near"
"""


def write(folder: Path) -> None:
    """Put the whole world into a folder."""
    (folder / "net.py").write_text(NET.format(weight=WEIGHT))
    (folder / "pictures.toml").write_text(PICTURES)
    (folder / "arrays.toml").write_text(FEATURES)
    chance = np.random.default_rng(0)
    for part in ("train", "test"):
        for number, name in enumerate(CLASSES):
            for index in range(PER_CLASS):
                _save(folder / part / name / f"{index}.png", _picture(chance, number))
    for part in ("far", "near"):
        for index in range(2 * PER_CLASS):
            _save(folder / part / f"{index}.png", _picture(chance, None))
    np.savez(folder / "arrays.npz", **arrays())


def arrays() -> Arrays:
    """Return the arrays of the features-only experiment."""
    chance = np.random.default_rng(1)
    labels = np.arange(12) % 3
    weight = np.array(WEIGHT, dtype=np.float32)
    near_class = np.eye(3, dtype=np.float32)[labels] * 0.4

    def features(base: np.ndarray | float, rows: int) -> np.ndarray:
        return (base + 0.2 * chance.random((rows, 3))).astype(np.float32)

    return {
        "head_weight": weight,
        "head_bias": np.array([0.1, 0.0, -0.1], dtype=np.float32),
        "id_train_features": features(near_class, 12),
        "id_test_features": features(near_class, 12),
        "id_test_labels": labels,
        "ood_far_features": features(0.1, 8),
        "ood_near_features": features(0.15, 8),
    }


def energies(features: np.ndarray, weight: np.ndarray, bias: np.ndarray | float = 0.0) -> np.ndarray:
    """Return energy scores (n,) of features (n, 3), in float64."""
    logits = features.astype(np.float64) @ np.asarray(weight, dtype=np.float64).T + bias
    highest = logits.max(1)
    scores: np.ndarray = highest + np.log(np.exp(logits - highest[:, None]).sum(1))
    return scores


def figures(scores: Scores) -> Figures:
    """Return the AUROC of each set against `test`, on each half of both, by "half set"."""
    found = {}
    for half, key in product(Half, scores):
        known, ood = (_half(scores.get(name, []), half) for name in ("test", key))
        if key != "test" and known and ood:
            is_id = [1] * len(known) + [0] * len(ood)
            found[f"{half} {key}"] = float(roc_auc_score(is_id, [*known, *ood]))
    return found


def _half(scores: list[float], half: Half) -> list[float]:
    return [scores[row] for row in half_of(len(scores), half)]


def scores_of_pictures(folder: Path, *, without: Path | None = None) -> Scores:
    """Return energies of every picture of `test`, `far` and `near`, from its raw pixels."""
    return {
        part: [
            energy(path.read_bytes()) for path in sorted((folder / part).rglob("*.png")) if path != without
        ]
        for part in ("test", "far", "near")
    }


def scores_of_arrays(arrays: Arrays) -> Scores:
    """Return energies of the arrays' sets; without those that hold no finite numbers of the right shape."""
    names = {"test": "id_test_features", "far": "ood_far_features", "near": "ood_near_features"}
    scores = {}
    for key, name in names.items():
        if any(np.iscomplexobj(arrays.get(part)) for part in (name, "head_weight")):
            continue
        with contextlib.suppress(ValueError, TypeError, KeyError, IndexError), np.errstate(all="ignore"):
            features, weight = (np.asarray(arrays[part], dtype=np.float64) for part in (name, "head_weight"))
            made = energies(features, weight, np.asarray(arrays.get("head_bias", 0.0), dtype=np.float64))
            if made.ndim == 1 and len(made) and np.isfinite(made).all():
                scores[key] = made.tolist()
    return scores


def energy(data: bytes) -> float:
    """Return the energy of a picture, by the mean of its pixels."""
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=np.float64)
    return float(energies(pixels.mean((0, 1))[None] / 255, np.array(WEIGHT))[0])


def _picture(chance: np.random.Generator, number: int | None) -> np.ndarray:
    pixels = chance.integers(0, 60, (SIDE, SIDE, 3))
    if number is None:
        return (pixels + chance.integers(0, 120)).astype(np.uint8)
    pixels[..., number] += 110
    return pixels.astype(np.uint8)


def _save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
