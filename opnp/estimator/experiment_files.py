"""Write an experiment of features alone: arrays in one .npz file, and a TOML file beside it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from opnp.data.image_set import NO_LABEL
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.experiments.new_file import TableDraft, experiment_text
from opnp.features.types import Features
from opnp.models import Classifier

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")


def write_experiment(
    path: Path,
    classifier: Classifier,
    id_train: Features | None,
    id_test: Features | None,
    ood: Mapping[str, Features],
) -> Path:
    """Write the arrays and their TOML file.

    Args:
        path: Of the .npz file.
        classifier: For its last layer and class names.
        id_train: ID training features.
        id_test: ID test features, with labels.
        ood: OOD features by key.

    Returns:
        The TOML file.

    Raises:
        InvalidDataError: If a set is absent or ID test images lack labels.
        InvalidSettingError: If a key does not suit a file, or the disk refuses.
    """
    absent = {"ID training": id_train, "ID test": id_test, "OOD": ood or None}
    for name, given in absent.items():
        if given is None:
            raise InvalidDataError(
                f"Expected features of {name} images but none were kept. Make the detector with "
                "`keep_features=True`, call `fit` and `search`, or pass `id_loader` and `ood_loaders` here."
            )
    assert id_train is not None and id_test is not None  # noqa: S101, PT018 - checked above
    if bool((id_test.labels == NO_LABEL).any()):
        raise InvalidDataError(
            "Expected a label for every ID test image but some have none. Let the loader give "
            "(images, labels)."
        )
    for key in ood:
        if not _KEY.fullmatch(key):
            raise InvalidSettingError(
                f"Expected the name of an OOD set to be small letters, digits, - and _ but got {key!r}."
            )
    arrays: dict[str, Any] = {
        "head_weight": classifier.weight.cpu().numpy(),
        "head_bias": classifier.bias.cpu().numpy(),
        "id_train_features": id_train.features.numpy(),
        "id_test_features": id_test.features.numpy(),
        "id_test_labels": id_test.labels.numpy(),
        **{f"ood_{key}_features": features.features.numpy() for key, features in ood.items()},
    }
    if bool((id_train.labels != NO_LABEL).all()):
        arrays["id_train_labels"] = id_train.labels.numpy()
    path = path.with_suffix(".npz")
    described = path.with_suffix(".toml")
    try:
        np.savez(path, **arrays)
        described.write_text(_toml(path, classifier.class_names, list(ood)), encoding="utf-8")
    except OSError as error:
        raise InvalidSettingError(
            f"Expected to write {path.name} but the disk refuses ({error.strerror}). Choose another place."
        ) from None
    return described


def _toml(path: Path, class_names: tuple[str, ...], ood: list[str]) -> str:
    classifier = {"source": "features", "path": path.name, "classes": list(class_names)}
    sets = [TableDraft({"key": key}) for key in ood]
    return experiment_text(path.stem, TableDraft(classifier), {}, sets)
