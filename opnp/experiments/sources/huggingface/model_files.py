"""Files of a classifier of transformers or timm in a folder: which are there, and what is missing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opnp.data.image_set import Missing
from opnp.errors import InvalidDataError
from opnp.experiments.sources.weights.load import is_whole

CONFIG, PROCESSOR = "config.json", "preprocessor_config.json"
PROCESSORS = (PROCESSOR, "processor_config.json")
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
ADAPTER = "adapter_config.json"
PATTERNS = (CONFIG, *PROCESSORS, ADAPTER, WEIGHTS, INDEX, "model-*-of-*.safetensors")
"""All files of a repository that a classifier is made of."""
_PICKLE = "pytorch_model.bin"
_PICKLES = (_PICKLE, f"{_PICKLE}.index.json")
_OTHERS = ("tf_model.h5", "flax_model.msgpack")
_CONVERT = (
    'Run there once: python -c "import torch, safetensors.torch as s; s.save_file({k: v.contiguous().clone() '
    f"for k, v in torch.load('{_PICKLE}', weights_only=True).items()}}, '{WEIGHTS}', {{'format': 'pt'}})\"."
)
_SAVE = "Load it with transformers where you trust it, and `save_pretrained` it."


def missing_files(folder: Path, shown: str, remedy: str, *, transform: bool) -> tuple[Missing, ...]:
    """Describe the files of a classifier that are missing in a folder, or cut off; nothing is loaded.

    Args:
        folder: Where they lie.
        shown: Its name for people.
        remedy: How to get them.
        transform: Whether a transform is given elsewhere, so that its processor is not needed.
    """
    if not (folder / CONFIG).is_file():
        return (Missing(f"Expected {CONFIG} in {shown} but it is not there.", remedy),)
    files = _weights(folder)
    if not files:
        pickled = [name for name in _PICKLES if (folder / name).is_file()]
        others = [name for name in _OTHERS if (folder / name).is_file()]
        if not pickled and not others:
            return (Missing(f"Expected {WEIGHTS} in {shown} but it is not there.", remedy),)
        reason = "a pickle, which is not opened here" if pickled else "of another framework"
        what = f"Expected {WEIGHTS} in {shown} but it has only {(pickled or others)[0]}, {reason}."
        return (Missing(what, _CONVERT if pickled[:1] == [_PICKLE] else _SAVE),)
    lacking = [path.name for path in files if not path.is_file()]
    cut = [path.name for path in files if path.is_file() and not is_whole(path)]
    if lacking:
        return (Missing(f"Expected all of {shown} but {lacking[0]} is not there.", remedy),)
    if cut:
        what = f"Expected the whole of {cut[0]} in {shown} but it is cut off."
        return (Missing(what, "Remove it, and copy or download it again."),)
    described = any((folder / name).is_file() for name in PROCESSORS)
    if transform or described or is_timms(read_json(folder / CONFIG)):
        return ()
    what = f"Expected {PROCESSOR} in {shown}, which says how a picture enters the model, but it is not there."
    return (Missing(what, "Save the image processor there, or add [classifier.transform]."),)


def is_timms(settings: Mapping[str, Any]) -> bool:
    """Return whether a configuration is that of a timm model, which holds its transform too."""
    return "pretrained_cfg" in settings


def read_json(path: Path) -> dict[str, Any]:
    """Read a file of settings.

    Raises:
        InvalidDataError: If it is none.
    """
    try:
        settings = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise InvalidDataError(
            f"Expected `{path.name}` to hold settings in JSON but it is damaged. Save or download it again."
        )
    return settings


def _weights(folder: Path) -> list[Path]:
    """Return the files that hold the weights, as far as they are known; none where nothing is there."""
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if not (folder / INDEX).is_file():
        return []
    parts = read_json(folder / INDEX).get("weight_map")
    names = sorted(set(map(str, parts.values()))) if isinstance(parts, dict) else []
    if not names or any(Path(name).name != name for name in names):
        raise InvalidDataError(
            f"Expected `{INDEX}` to name the files of weights but it names none beside it. Save it again."
        )
    return [folder / name for name in names]
