"""An experiment of features alone by OpenOOD's protocol: a validation OOD set, near, far and shifted sets."""

from pathlib import Path

import numpy as np

from opnp.evaluation.splits import SPLIT_SEED

CLASSES, WIDTH = 4, 12
SIZES = {"val": 61, "a": 40, "b": 55, "c": 33, "d": 48}
"""Images of each OOD set: `val` to tune on, `a` and `b` near, `c` far, `d` halved and in no group."""

NEAR, FAR = ["a", "b"], ["c"]

FILE = """
[experiment]
key = "protocol"
title = "Protocol"

[classifier]
source = "features"
path = "protocol.npz"

[[id.shifted]]
key = "snow"
title = "Snow"

[[ood]]
key = "val"
role = "tune"

[[ood]]
key = "a"
role = "report"
group = "near"

[[ood]]
key = "b"
role = "report"
group = "near"

[[ood]]
key = "c"
role = "report"
group = "far"

[[ood]]
key = "d"
"""


def protocol_arrays() -> dict[str, np.ndarray]:
    """Gaussian features around the classes' directions, OOD sets without a direction."""
    rng = np.random.default_rng(15)
    weight = rng.normal(size=(CLASSES, WIDTH))

    def around(labels: np.ndarray, spread: float) -> np.ndarray:
        return np.abs(1.2 * weight[labels] + spread * rng.normal(size=(len(labels), WIDTH)))

    counts = {"train": 90, "test": 80, "snow": 70}
    labels = {name: rng.integers(0, CLASSES, count) for name, count in counts.items()}
    arrays = {
        "head_weight": weight,
        "head_bias": rng.normal(size=CLASSES),
        "id_train_features": around(labels["train"], 0.8),
        "id_test_features": around(labels["test"], 1.0),
        "id_test_labels": labels["test"],
        "id_snow_features": around(labels["snow"], 1.8),
        "id_snow_labels": labels["snow"],
    }
    for place, (key, count) in enumerate(SIZES.items()):
        arrays[f"ood_{key}_features"] = np.abs((0.5 + 0.2 * place) * rng.normal(size=(count, WIDTH)))
    return {
        name: values if name.endswith("labels") else values.astype(np.float32)
        for name, values in arrays.items()
    }


def write_protocol(folder: Path, text: str = FILE) -> Path:
    """Write the experiment's files; return its TOML file."""
    np.savez(folder / "protocol.npz", **protocol_arrays())
    (folder / "protocol.toml").write_text(text)
    return folder / "protocol.toml"


def scores(arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """The energy scores of the unpruned head, in numpy and float64."""
    logits = arrays[f"{name}_features"].astype(float) @ arrays["head_weight"].T.astype(float)
    logits += arrays["head_bias"]
    top = logits.max(axis=1)
    return top + np.log(np.exp(logits - top[:, None]).sum(axis=1))


def id_rows(arrays: dict[str, np.ndarray], name: str, half: str) -> np.ndarray:
    """Which rows of an ID set are in a half."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(arrays[f"{name}_labels"]))
    middle = len(order) // 2
    return np.sort(order[:middle] if half == "tune" else order[middle:])


def accuracy(arrays: dict[str, np.ndarray], *names: str, half: str | None = None) -> float:
    """The unpruned head's accuracy on sets together, whole or one half of each."""
    right = []
    for name in names:
        logits = arrays[f"{name}_features"] @ arrays["head_weight"].T + arrays["head_bias"]
        found = logits.argmax(axis=1) == arrays[f"{name}_labels"]
        right.append(found if half is None else found[id_rows(arrays, name, half)])
    return float(np.concatenate(right).mean())
