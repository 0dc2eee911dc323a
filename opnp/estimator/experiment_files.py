"""Write an experiment of features alone: arrays in one .npz file, and a TOML file beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from opnp.data.image_set import NO_LABEL
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.estimator.window_search import require_halves
from opnp.experiments.new_file import TableDraft, experiment_text
from opnp.experiments.toml_file import ood_key
from opnp.features.types import Features
from opnp.models import Classifier


def write_experiment(
    path: Path,
    classifier: Classifier,
    windows: str,
    id_train: Features | None,
    id_test: Features | None,
    ood: Mapping[str, Features],
) -> Path:
    """Write the arrays and their TOML file, in place of what is there.

    Args:
        path: Of the .npz file; the suffix may be left out.
        classifier: For its last layer and class names.
        windows: The detector's, in words, for a comment.
        id_train: ID training features.
        id_test: ID test features, with labels.
        ood: OOD features by name.

    Returns:
        The TOML file.

    Raises:
        InvalidDataError: If a set is absent or too small, or ID test images lack labels.
        InvalidSettingError: If two names make one key, or the disk refuses.
    """
    absent = {"ID training": id_train, "ID test": id_test, "OOD": ood or None}
    for name, given in absent.items():
        if given is None:
            raise InvalidDataError(
                f"Expected features of {name} images but none were kept. Make the detector with "
                "`keep_features=True`, call `fit` and `search`, or pass `id_loader` and `ood_loaders` here."
            )
    assert id_train is not None and id_test is not None  # noqa: S101, PT018 - checked above
    _require_usable(id_test, ood)
    keys = _keys(ood)
    arrays: dict[str, Any] = {
        "head_weight": classifier.weight.cpu().numpy(),
        "head_bias": classifier.bias.cpu().numpy(),
        "id_train_features": id_train.features.numpy(),
        "id_test_features": id_test.features.numpy(),
        "id_test_labels": id_test.labels.numpy(),
        **{f"ood_{key}_features": ood[name].features.numpy() for key, name in keys.items()},
    }
    if bool((id_train.labels != NO_LABEL).all()):
        arrays["id_train_labels"] = id_train.labels.numpy()
    stem = path.name.removesuffix(".npz")
    file, described = path.with_name(f"{stem}.npz"), path.with_name(f"{stem}.toml")
    table = {"source": "features", "path": file.name, "classes": list(classifier.class_names)}
    sets = [TableDraft({"key": key, "title": name}) for key, name in keys.items()]
    comment = f"The last layer of a detector whose windows were: {windows}."
    text = experiment_text(stem, TableDraft(table, comment), {}, sets)
    try:
        np.savez(file, **arrays)
        described.write_text(text, encoding="utf-8")
    except (OSError, UnicodeEncodeError) as error:
        reason = getattr(error, "strerror", None) or "its name is no text"
        raise InvalidSettingError(
            f"Expected to write {ascii(file.name)[1:-1]} but the disk refuses ({reason}). Choose another "
            "place."
        ) from None
    return described


def _require_usable(id_test: Features, ood: Mapping[str, Features]) -> None:
    if bool((id_test.labels == NO_LABEL).any()):
        raise InvalidDataError(
            "Expected a label for every ID test image but some have none. Let the loader give "
            "(images, labels)."
        )
    require_halves(ood)


def _keys(names: Mapping[str, object]) -> dict[str, str]:
    """Return names by the key that each gets, since keys stand in addresses.

    Example:
        >>> _keys({"SVHN": 0, "test": 0})
        {'svhn': 'SVHN', 'ood-test': 'test'}
    """
    keys: dict[str, str] = {}
    for name in names:
        key = ood_key(name)
        if key in keys:
            raise InvalidSettingError(
                f"Expected names of OOD sets that differ in letters or digits but {keys[key]!r} and {name!r} "
                f"both make the key {key!r}. Rename one."
            )
        keys[key] = name
    return keys
