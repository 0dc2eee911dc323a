"""What `init` has to know: given on the command line, found beside it, or asked at the terminal."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from opnp.cli._init_folders import image_folder, ood_beside, split_of
from opnp.cli._init_model import ModelAnswers, present, source_of
from opnp.cli._questions import ask, ask_many, may_ask
from opnp.errors import InvalidSettingError

_NO_TRAIN = (
    "Expected `--train`, a folder of ID training images with a sub-folder for each class, but got none. "
    "Name it; `python -m opnp init --help` shows what else there is."
)
_NO_TEST = (
    "Expected `--test`, a folder of ID images that the model was not trained on, but got none, and there is "
    "neither test/ nor val/ in the folder of `--train` or beside it. Name one. Where there is none, take "
    "some images of each class out of the training folder and train without them."
)
_NO_MODEL = (
    "Expected `--architecture`, a model of torchvision or timm, and `--checkpoint`, your weights for it, but "
    "got neither. Name them; without a checkpoint the published weights are taken."
)


@dataclass(frozen=True)
class Answers:
    """What a new experiment file is made of.

    Attributes:
        model: What was said of the model.
        train: Folder of ID training images; None with features alone.
        test: Folder of ID test images; None with features alone.
        ood: Folders of OOD images; none for generated ones.
    """

    model: ModelAnswers
    train: Path | None = None
    test: Path | None = None
    ood: tuple[Path, ...] = ()

    def command(self, file: Path, title: str | None) -> str:
        """Return the command that says the same without questions."""
        options = {
            "--train": self.train,
            "--test": self.test,
            "--source": self.model.source,
            "--architecture": self.model.architecture,
            "--checkpoint": self.model.checkpoint,
            "--classes": self.model.classes,
            "--title": title,
        }
        words = [str(part) for name, value in options.items() if value for part in (name, value)]
        words += [str(part) for folder in self.ood for part in ("--ood", folder)]
        return shlex.join(["python", "-m", "opnp", "init", str(file), *words])


def complete_answers(
    model: ModelAnswers, train: str | None, test: str | None, ood: Sequence[str] | None
) -> Answers:
    """Return all that is needed: as given, else as found in the folders, else as answered at a terminal.

    Raises:
        InvalidSettingError: If something is wrong, or missing where nobody can be asked.
        CancelledError: If the person stops answering.
    """
    has_model = model.architecture or model.checkpoint
    if has_model and source_of(model) == "features":
        return Answers(model)
    if train is None and not may_ask():
        raise InvalidSettingError(_NO_TRAIN)
    given = (
        image_folder("--train", train)
        if train is not None
        else ask("Folder of ID training images, with a sub-folder for each class", _folder("--train"))
    )
    images, found = (given, None) if test is not None else split_of(given)
    if test is not None:
        of_test = image_folder("--test", test)
    elif found is not None:
        of_test = image_folder("--test", str(found))
    elif may_ask():
        of_test = ask("Folder of ID test images, which the model was not trained on", _folder("--test"))
    else:
        raise InvalidSettingError(_NO_TEST)
    return Answers(_complete_model(model), images, of_test, tuple(_ood(ood, images)))


def _folder(option: str) -> Callable[[str], Path]:
    return lambda text: image_folder(option, text)


def _complete_model(model: ModelAnswers) -> ModelAnswers:
    if not may_ask():
        if not (model.architecture or model.checkpoint):
            raise InvalidSettingError(_NO_MODEL)
        return model
    if not (model.architecture or model.checkpoint):
        question = "Your weights: a file, or a folder of transformers (empty for published ones)"
        model = replace(model, checkpoint=ask(question, _file, default="") or None)
    if not model.architecture and source_of(model) in ("checkpoint", "torchvision", "timm"):
        model = replace(model, architecture=ask("Architecture, such as resnet18", str))
    return model


def _file(text: str) -> str:
    return str(present("--checkpoint", text)) if text else ""


def _ood(names: Sequence[str] | None, images: Path) -> list[Path]:
    if names:
        return [image_folder("--ood", name) for name in names]
    found = ood_beside(images)
    if found or not may_ask():
        return found
    return [
        *ask_many(
            "Folder of OOD images (empty for no more; generated ones where there is none)", _folder("--ood")
        )
    ]
