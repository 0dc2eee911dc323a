"""Classifier of transformers, from the Hugging Face Hub or from a folder, with its image processor."""

from dataclasses import dataclass, replace
from pathlib import Path

from opnp.data.image_set import Missing, require_present
from opnp.errors import MissingDataError
from opnp.experiments.sources.base import ClassifierSource
from opnp.experiments.sources.build import built, class_names, require_count
from opnp.experiments.sources.huggingface.hub import (
    cached_snapshot,
    download,
    is_repository,
    missing_packages,
)
from opnp.experiments.sources.huggingface.model_files import (
    CONFIG,
    PATTERNS,
    PROCESSOR,
    WEIGHTS,
    missing_files,
)
from opnp.experiments.sources.huggingface.model_folder import load_model
from opnp.experiments.sources.huggingface.processor import processor_transform
from opnp.experiments.sources.table_location import Place, named
from opnp.experiments.sources.transform import TransformTable
from opnp.models import Classifier

_PACKAGES = ("transformers", "huggingface_hub")


@dataclass(frozen=True)
class HuggingFaceClassifier(ClassifierSource):
    """A table with `source = "huggingface"`.

    Attributes:
        model: Name of a repository on the hub, or a folder that `save_pretrained` wrote.
        revision: Branch, tag or commit of the repository.
        classes: Names in the order of the logits, or a file with one name a line; those of the model if not
            given.
        transform: The model's own image processor if not given.
    """

    model: str
    revision: str = ""
    classes: int | str | tuple[str, ...] = 0
    transform: TransformTable | None = None

    def load(self, place: Place) -> Classifier:
        """Load the classifier, from files that are on this machine."""
        require_present(self.missing(place))
        import transformers

        folder, shown = self._required_folder(place), self._shown(place)
        own = load_model(folder, shown)
        transform = (
            self.transform.build(place)
            if self.transform
            else processor_transform(folder, shown, own.channels)
        )
        names = class_names(self.classes, place) or own.names
        key = f"huggingface {transformers.__version__} {own.key} {transform.name}"
        classifier = require_count(built(own.model, transform, key, names, place), self.classes, place)
        notes = (*classifier.understood.notes, *own.notes)
        return replace(classifier, understood=replace(classifier.understood, notes=notes))

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the packages, or the files of the model, that are not here; nothing is loaded."""
        absent = missing_packages(_PACKAGES)
        if absent:
            return absent
        folder = self._folder(place)
        if folder is None:
            return (self._absent(place),)
        remedy = place.command if self._is_on_hub(place) else place.remedy("Put it there, or mend the path.")
        return missing_files(folder, self._shown(place), remedy, transform=self.transform is not None)

    def fetch(self, place: Place) -> None:
        """Download the files of the model from the hub; none of them is code.

        Raises:
            MissingDataError: If the hub has not all of them.
        """
        if not missing_packages(_PACKAGES) and self._is_on_hub(place) and self.missing(place):
            download(self.model, self.revision, "model", PATTERNS)
            if self.missing(place):
                raise MissingDataError(
                    f"Expected {self.model} on huggingface.co to have {CONFIG}, {WEIGHTS} and {PROCESSOR} "
                    "but it has not all of them. Look there for a pull request that adds safetensors "
                    '(`revision = "refs/pr/1"`), or save the model anew where you trust it.'
                )

    def _absent(self, place: Place) -> Missing:
        if self._is_on_hub(place):
            of = f" ({self.revision})" if self.revision else ""
            what = f"Expected the model {self.model}{of} in Hugging Face's cache, or a folder of that name"
            return Missing(f"{what} beside {place.file.name}, but neither is there.", place.command)
        what = f"Expected the folder {named(self.model)} beside {place.file.name} or in the data folder "
        return Missing(
            f"{what}(OPNP_DATA) but it is not there.",
            place.remedy("Put it there, mend the path, or write a name on the hub as `owner/name`."),
        )

    def _folder(self, place: Place) -> Path | None:
        if self._is_on_hub(place):
            return cached_snapshot(self.model, self.revision, "model", PATTERNS)
        folder = place.resolve(self.model)
        return folder if folder.is_dir() else None

    def _required_folder(self, place: Place) -> Path:
        folder = self._folder(place)
        if folder is None:  # it went since it was asked for
            require_present((self._absent(place),))
        assert folder is not None  # noqa: S101 - raised above
        return folder

    def _is_on_hub(self, place: Place) -> bool:
        folder = place.resolve(self.model)
        if folder.exists() and self.revision:
            raise place.wrong(
                "revision", "left out", repr(self.revision), f"{named(self.model)} is a folder of your own."
            )
        return not folder.exists() and is_repository(self.model)

    def _shown(self, place: Place) -> str:
        return self.model if self._is_on_hub(place) else named(self.model)
