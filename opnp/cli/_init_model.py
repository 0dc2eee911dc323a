"""Find the source of a classifier for `init`, and the keys of its table."""

import re
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from opnp.cli._init_folders import written_path
from opnp.errors import InvalidSettingError
from opnp.experiments.new_file import TableDraft
from opnp.experiments.sources.arrays import array_names
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.classifiers import CLASSIFIERS
from opnp.experiments.sources.classifiers.timm_folder import TIMM_FOLDERS
from opnp.experiments.sources.classifiers.torchvision import architectures, is_timms
from opnp.reports.printable import printable

SOURCES = tuple(name for name in CLASSIFIERS if name != "torch.hub")  # which asks for what no option gives
_MODEL = ("model", "factory")
_FILE = ("path", "weights")
_WHOLE = "huggingface"  # its `model` is a name on the hub, or a folder
_OOD_ARRAY = re.compile("ood_(.+)_features")
_WORDS = {
    "torchvision": "Published weights of torchvision; `weights` chooses among them.",
    "checkpoint": "Your weights for an architecture of torchvision.",
    "timm": "A model of timm; `path` names your own weights for it.",
    "huggingface": "A model as transformers saves it.",
    "python": "A function of your own that builds the model: its code runs when the model is loaded.",
    "features": "Features and the last layer from any framework, without a model.",
}
_ORDER = (
    "`classes` are in the order of the logits: here the sub-folders of the training images, sorted as\n"
    "torchvision's ImageFolder does. Mend the order if the model was trained with another."
)
_TRANSFORM = """\
How pictures become inputs; without it as the model says, or as published weights of the architecture do.
[classifier.transform]
resize = 256    # of the shorter side
crop = 224      # from the middle
mean = [0.485, 0.456, 0.406]
std = [0.229, 0.224, 0.225]"""


@dataclass(frozen=True)
class ModelAnswers:
    """What a person said of the model; an empty text or None where nothing.

    Attributes:
        source: A name in `SOURCES`.
        architecture: Name of torchvision or timm, or `net.py:function`.
        checkpoint: A file of weights or of features, or a folder.
        classes: Their number, a file with one name a line, or the names between commas.
    """

    source: str | None = None
    architecture: str | None = None
    checkpoint: str | None = None
    classes: str | None = None


def source_of(answers: ModelAnswers) -> str:
    """Return the source of the classifier: as it was chosen, else as its names look.

    Raises:
        InvalidSettingError: If there is no such source.
    """
    if answers.source:
        if answers.source not in SOURCES:
            raise InvalidSettingError(
                f"Expected `--source` to be one of {', '.join(map(repr, SOURCES))} but got "
                f"{answers.source!r}. docs/experiments.md explains each."
            )
        return answers.source
    name, file = answers.architecture or "", answers.checkpoint or ""
    if name.startswith(TIMM_FOLDERS):
        return "timm"
    if file.lower().endswith(".npz"):
        return "features"
    if _WHOLE in SOURCES and (_is_folder(file) or ("/" in name and ":" not in name)):
        return _WHOLE
    if ":" in name:
        return "python"
    if name not in architectures() and is_timms(name):
        return "timm"
    return "checkpoint" if file else "torchvision"


def classifier_table(answers: ModelAnswers, class_folders: Sequence[str], file: Path) -> TableDraft:
    """Return the table `[classifier]`.

    Args:
        answers: What a person said.
        class_folders: Names of the training images' sub-folders.
        file: The experiment file.

    Raises:
        InvalidSettingError: If the source needs what was not said, or has no place for what was.
    """
    source = source_of(answers)
    kind = CLASSIFIERS[source]
    comment = _WORDS.get(source, "")
    table: dict[str, Any] = {"source": source}
    if answers.architecture:
        key = _key(kind, _MODEL, source, "--architecture")
        whole = source == _WHOLE and _is_folder(answers.architecture)
        path = written_path(Path(answers.architecture).expanduser(), file) if whole else answers.architecture
        table[key] = _factory(path, file) if key == "factory" else path
    if answers.checkpoint:
        places = [key for key in (*_FILE, *_MODEL[:1]) if key not in table]
        key = _key(kind, places, source, "--checkpoint")
        table[key] = written_path(present("--checkpoint", answers.checkpoint), file)
    named = {field.name: field.default is MISSING for field in fields(kind)}  # type: ignore[arg-type]
    if answers.classes:
        table[_key(kind, ("classes",), source, "--classes")] = _classes(answers.classes, file)
    elif named.get("classes") or ("classes" in named and source == "timm" and answers.checkpoint):
        table["classes"] = list(class_folders)
        comment = f"{comment}\n{_ORDER}"
    for key, option in (*((key, "--architecture") for key in _MODEL), *((k, "--checkpoint") for k in _FILE)):
        if named.get(key) and key not in table:
            raise InvalidSettingError(
                f"Expected `{option}`, the `{key}` of the source {source!r}, but got none. Add it."
            )
    after = _TRANSFORM if "transform" in named else ""
    return TableDraft(table, comment, after)


def tables_of_features(
    answers: ModelAnswers, file: Path
) -> tuple[TableDraft, dict[str, TableDraft], list[TableDraft]]:
    """Return the tables of an experiment of features alone, whose OOD sets its arrays name.

    Raises:
        InvalidDataError: If it is no file of arrays.
        InvalidSettingError: If there is no such file.
    """
    path = present("--checkpoint", answers.checkpoint or "")
    if not path.is_file():
        raise InvalidSettingError(
            f"Expected `--checkpoint` to be a file of arrays, .npz or .safetensors, but "
            f"{printable(path.name)!r} is none. Name the file."
        )
    held = array_names(path)
    keys = [match[1] for name in held if (match := _OOD_ARRAY.fullmatch(name))]
    comment = "The arrays ood_KEY_features of the same file; half of each is held out."
    ood = [TableDraft({"key": key}, "" if number else comment) for number, key in enumerate(keys)]
    return classifier_table(answers, (), file), {}, ood


def _key(kind: type[ClassifierSource], keys: Sequence[str], source: str, option: str) -> str:
    """Return the first of the keys that the table of a source has."""
    own = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    found = next((key for key in keys if key in own), None)
    if found is None:
        raise InvalidSettingError(
            f"Expected no `{option}` with the source {source!r}, which has no place for it, but got one. "
            "Leave it out, or choose another `--source`."
        )
    return found


def _is_folder(name: str) -> bool:
    try:
        return bool(name) and Path(name).expanduser().is_dir()
    except (OSError, RuntimeError):  # too long a name, or the home of nobody
        return False


def present(option: str, name: str) -> Path:
    """Return the path of that name.

    Raises:
        InvalidSettingError: If there is nothing.
    """
    try:
        path = Path(name).expanduser()
        if name.strip() and path.exists():
            return path
    except (OSError, RuntimeError, ValueError):  # too long a name, the home of nobody, a zero byte
        pass
    raise InvalidSettingError(
        f"Expected `{option}` to be a file on this machine but {printable(name)!r} is not there. "
        "Check the spelling and the folder that you are in."
    )


def _classes(said: str, file: Path) -> int | str | list[str]:
    """Return the classes as the table takes them: a number, a file's path, or names."""
    if said.isascii() and said.isdecimal():
        return int(said)
    names = [name.strip() for name in said.split(",")]
    path = Path(said)
    return written_path(path, file) if len(names) == 1 and path.is_file() else names


def _factory(said: str, file: Path) -> str:
    """Return the factory; where it stands in a file, that file's path is as the experiment file needs it."""
    place, _, function = said.rpartition(":")
    if not place.endswith(".py"):
        return said
    return f"{written_path(present('--architecture', place), file)}:{function}"
