"""Made-up experiment of ImageNet's size: features around a direction for each class, none of an image."""

from pathlib import Path

import numpy as np

TITLE = "ImageNet-sized, made up"
CLASSES, WIDTH = 1000, 2048
TRAIN, TEST, OOD = 10_000, 40_000, {"near": 2_800, "far": 2_800}
TOML = f"""[experiment]
title = "{TITLE}"

[classifier]
source = "features"
path = "features.npz"
"""


def write_large(folder: Path) -> Path:
    """Write its features and its TOML file; return the latter.

    Args:
        folder: Where; it takes 0.9 GB.
    """
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((CLASSES, WIDTH), dtype=np.float32)

    def features(count: int, strength: float) -> tuple[np.ndarray, np.ndarray]:
        labels = rng.integers(CLASSES, size=count)
        noise = rng.standard_normal((count, WIDTH), dtype=np.float32)
        return np.maximum(strength * directions[labels] + noise, 0), labels

    train, _ = features(TRAIN, 0.45)
    test, labels = features(TEST, 0.45)
    arrays = {"head_weight": 0.02 * directions, "head_bias": np.zeros(CLASSES, np.float32)}
    arrays |= {"id_train_features": train, "id_test_features": test, "id_test_labels": labels}
    arrays |= {
        f"ood_{key}_features": features(count, strength)[0]
        for (key, count), strength in zip(OOD.items(), (0.3, 0.15), strict=True)
    }
    np.savez(folder / "features.npz", **arrays)
    path = folder / "large.toml"
    path.write_text(TOML + "".join(f'\n[[ood]]\nkey = "{key}"\n' for key in OOD))
    return path
