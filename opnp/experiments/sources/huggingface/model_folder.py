"""A classifier of transformers in a folder: loaded complete, from safetensors, without any code beside it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from opnp._utils.foreign_code import foreign
from opnp._utils.torchvision import import_torchvision
from opnp.errors import InvalidDataError, UnsupportedModelError
from opnp.experiments.sources.huggingface.hub import quiet
from opnp.experiments.sources.huggingface.model_files import ADAPTER, CONFIG, read_json

_ATTENTION = ("eager", "sdpa", None)
_NOT_OF_THE_NET = ("_name_or_path", "transformers_version", "id2label", "label2id", "architectures", "dtype")
_SHOWN = 3


@dataclass(frozen=True)
class FolderModel:
    """Model from a folder.

    Attributes:
        model: In float32, complete.
        names: Of its classes; None where they are only numbered there.
        key: Hash of the settings that its layers do not show, for cache keys.
        channels: Of its pictures, 3 or 1.
        notes: What was passed over, in sentences.
    """

    model: nn.Module
    names: tuple[str, ...] | None
    key: str
    channels: int
    notes: tuple[str, ...]


def load_model(folder: Path, shown: str) -> FolderModel:
    """Load a classifier from a folder, without the network and without running code from it.

    Args:
        folder: With its configuration and its weights in safetensors.
        shown: Its name for people.

    Raises:
        UnsupportedModelError: If it is no image classifier, is quantised, or wants code of its own.
        InvalidDataError: If a file is damaged, or its weights leave a part of the model random.
    """
    settings = read_json(folder / CONFIG)
    if "quantization_config" in settings:
        raise UnsupportedModelError(
            f"Expected {shown} to compute in floating point but it is quantised and rounds what enters its "
            "layers. Use the model as it was before; its features are more exact."
        )
    if (folder / ADAPTER).is_file():
        raise UnsupportedModelError(
            f"Expected {shown} to hold a whole model but it holds an adapter beside one ({ADAPTER}), which "
            "changes its layers. Merge them with peft, `model.merge_and_unload()`, and save that."
        )
    _require_names(settings, shown)
    notes = _require_no_code(settings, shown)
    import_torchvision()
    import transformers

    transformers.utils.logging.disable_progress_bar()
    remedy = "Save it again with `save_pretrained`, or use a model that this transformers knows."
    with quiet("transformers"), foreign(f"transformers to load {shown}", remedy):
        config = transformers.AutoConfig.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True
        )
        names = _class_names(config, shown)
        _require_classifier(config, settings, shown)
        if config._attn_implementation not in _ATTENTION:  # it may name code on the hub
            config._attn_implementation = None
        config.return_dict = True
        if isinstance(getattr(config, "model_args", None), dict):
            config.model_args.pop("num_classes", None)  # timm writes it twice, transformers takes it once
        model, report = transformers.AutoModelForImageClassification.from_pretrained(
            folder,
            config=config,
            trust_remote_code=False,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,
            output_loading_info=True,
        )
    _require_complete(report, shown, type(model).__name__, config.num_labels)
    if getattr(config, "problem_type", None) == "multi_label_classification":
        notes += ("It was trained with several labels for an image; here its logits compete in a softmax.",)
    return FolderModel(model, names, _key(config), int(getattr(config, "num_channels", 3) or 3), notes)


def _require_no_code(settings: Mapping[str, Any], shown: str) -> tuple[str, ...]:
    """Return a note where code beside the model is passed over; refuse a model that cannot do without."""
    if "auto_map" not in settings:
        return ()
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    if settings.get("model_type") in CONFIG_MAPPING_NAMES:
        return ("It comes with code of its own (`auto_map`), which was not run.",)
    raise UnsupportedModelError(
        f"Expected {shown} to be a model of transformers but it is built by code of its own (`auto_map` in "
        'its config.json), and such code is never run. Use `source = "python"` with a factory that '
        "builds it from code that you have read."
    )


def _require_classifier(config: Any, settings: Mapping[str, Any], shown: str) -> None:  # noqa: ANN401
    from transformers import AutoModelForImageClassification

    if type(config) in AutoModelForImageClassification._model_mapping:
        return
    built = settings.get("architectures")
    named = f" ({built[0]})" if isinstance(built, list) and built else ""
    raise UnsupportedModelError(
        f"Expected {shown} to be an image classifier but transformers has none of the kind "
        f"{config.model_type!r}{named}. Use one that was fine-tuned to classify images."
    )


def _require_names(settings: Mapping[str, Any], shown: str) -> None:
    """Check `id2label` as it is written, before transformers reads it."""
    names = settings.get("id2label") or {}
    if not isinstance(names, dict) or not all(str(key).isdecimal() for key in names):
        raise InvalidDataError(
            f"Expected `id2label` in the {CONFIG} of {shown} to map the number of each logit to a name, as "
            'in {"0": "cat", "1": "dog"}, but it does not. Mend it there.'
        )


def _class_names(config: Any, shown: str) -> tuple[str, ...] | None:  # noqa: ANN401
    names: dict[int, str] = config.id2label or {}
    if not names:
        raise InvalidDataError(
            f"Expected `id2label` in the {CONFIG} of {shown} to name a class for each logit but it is empty. "
            "Fill it, or use a model that was fine-tuned to classify images."
        )
    if sorted(names) != list(range(len(names))):
        raise InvalidDataError(
            f"Expected `id2label` in the {CONFIG} of {shown} to number the classes 0 to {len(names) - 1} but "
            f"got {', '.join(map(str, sorted(names)[:_SHOWN]))} … Mend it there."
        )
    in_order = tuple(str(names[number]) for number in range(len(names)))
    generic = all(name == f"LABEL_{number}" for number, name in enumerate(in_order))
    return None if generic else in_order


def _require_complete(report: Mapping[str, Any], shown: str, kind: str, classes: int) -> None:
    """Refuse a model with layers that its file does not have: they would be random."""
    other = sorted(report["mismatched_keys"])
    if other:
        name, stored, expected = other[0]
        settings = "`id2label`, one name for each class" if expected[0] == classes else "the settings"
        raise InvalidDataError(
            f"Expected the weights in {shown} to fit its {CONFIG} but `{name}` is {tuple(stored)} in the "
            f"file and {tuple(expected)} by {settings}. Mend {CONFIG}."
        )
    lacking = sorted(report["missing_keys"])
    if lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        keys = ", ".join(f"`{key}`" for key in lacking[:_SHOWN])
        raise InvalidDataError(
            f"Expected {shown} to hold every weight of {kind} but it lacks {keys}{more}, which would be "
            "random. Use a model that was fine-tuned to classify images, not its backbone alone."
        )


def _key(config: Any) -> str:  # noqa: ANN401
    settings = {key: value for key, value in config.to_dict().items() if key not in _NOT_OF_THE_NET}
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()[:16]
