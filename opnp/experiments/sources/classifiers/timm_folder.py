"""Models of timm that anybody saved, on the Hugging Face Hub (`hf-hub:`) or in a folder (`local-dir:`)."""

from dataclasses import dataclass
from pathlib import Path

from opnp.data.image_set import Missing, content_identity
from opnp.experiments.sources.huggingface.hub import cached_snapshot, download, is_repository
from opnp.experiments.sources.huggingface.model_files import CONFIG, WEIGHTS, missing_files
from opnp.experiments.sources.table_location import Place, named

_ON_HUB, _IN_FOLDER = ("hf-hub:", "hf_hub:"), "local-dir:"
TIMM_FOLDERS = (*_ON_HUB, _IN_FOLDER)
"""How names of such models begin."""


@dataclass(frozen=True)
class TimmFolder:
    """A folder that `timm.models.save_for_hf` wrote.

    Attributes:
        model: As timm calls it: `hf-hub:owner/name`, with `@revision` if need be, or `local-dir:folder`.
        place: Where the table with that name stands.
    """

    model: str
    place: Place

    @property
    def is_timms(self) -> bool:
        """Whether timm published it, so that what it was trained on is known."""
        return self._on_hub and self._written.startswith("timm/")

    @property
    def local_name(self) -> str:
        """The name by which timm reads it without the network."""
        return f"{_IN_FOLDER}{self._folder()}"

    def settings_key(self) -> str:
        """Return a hash of its settings, which its layers do not all show, for cache keys."""
        folder = self._folder()
        return "" if folder is None else content_identity((folder / CONFIG).read_bytes())[:16]

    def missing(self) -> tuple[Missing, ...]:
        """Return the files that are not on this machine."""
        folder = self._folder()
        if folder is None:
            what = f"Expected the model {self.model} in Hugging Face's cache but it is not there."
            return (Missing(what, self.place.command),)
        shown = self.model if self._on_hub else named(self._written)
        by_hand = self.place.remedy("Put it there, or mend the path.")
        return missing_files(folder, shown, self.place.command if self._on_hub else by_hand, transform=True)

    def fetch(self) -> None:
        """Download what is missing from the hub."""
        if self._on_hub and self.missing():
            download(*self._repository(), "model", (CONFIG, WEIGHTS))

    @property
    def _on_hub(self) -> bool:
        return self.model.startswith(_ON_HUB)

    @property
    def _written(self) -> str:
        return self.model.partition(":")[2]

    def _repository(self) -> tuple[str, str]:
        """Return name and revision on the hub."""
        name, _, revision = self._written.partition("@")
        if not is_repository(name):
            expected = "`hf-hub:owner/name`, with @revision if need be"
            raise self.place.wrong("model", expected, repr(self.model))
        return name, revision

    def _folder(self) -> Path | None:
        if self._on_hub:
            return cached_snapshot(*self._repository(), "model", (CONFIG, WEIGHTS))
        return self.place.resolve(self._written)


def timm_folder(model: str, place: Place) -> TimmFolder | None:
    """Return the folder that a name stands for; None for a model of timm's own list."""
    return TimmFolder(model, place) if model.startswith(TIMM_FOLDERS) else None
